import { randomUUID } from 'node:crypto';
import { type AwsError } from './aws-error.ts';

/** Parses a request of AWS's query protocol: a form that names its action. SNS uses it. */
export function readQuery(text: string): { action: string; service: string; body: Record<string, string> } {
  const { Action: action = '', Version: version = '', ...body } = Object.fromEntries(new URLSearchParams(text));
  return { action, service: `query ${version}`, body };
}

const escaped = (text: string): string => text.replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

const element = (name: string, value: unknown): string =>
  typeof value === 'object' && value !== null
    ? `<${name}>${Object.entries(value)
        .map(([key, part]) => element(key, part))
        .join('')}</${name}>`
    : `<${name}>${escaped(String(value))}</${name}>`;

/** The response of an action as XML. */
export function queryAnswer(action: string, result: unknown): string {
  return element(`${action}Response`, {
    [`${action}Result`]: result ?? {},
    ResponseMetadata: { RequestId: randomUUID() },
  });
}

export function queryError({ name, message, status }: Pick<AwsError, 'name' | 'message' | 'status'>): string {
  const Type = status < 500 ? 'Sender' : 'Receiver';
  return element('ErrorResponse', { Error: { Type, Code: name, Message: message }, RequestId: randomUUID() });
}
