import * as z from 'zod';
import { isJsonObject, type JsonObject } from '#lib/shared/json.ts';
import { AwsError } from '../http/aws-error.ts';

/** An entry of PutEvents. */
export const PutEventsEntry = z.object({
  Time: z.number().optional(),
  Source: z.string().optional(),
  Resources: z.array(z.string()).default([]),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().default('default'),
});
export type PutEventsEntry = z.infer<typeof PutEventsEntry>;

/** PutEvents. */
export const PutEventsRequest = z.object({ Entries: z.array(z.unknown()) });

/** EventBridge's maximum entries of one request. */
const maxEntries = 10;

/** EventBridge's maximum size of all entries of a request, bytes. */
const maxRequestBytes = 256 * 1024;

const bytes = (text = ''): number => Buffer.byteLength(text);

const sizeOf = (entry: PutEventsEntry): number =>
  (entry.Time === undefined ? 0 : 14) +
  bytes(entry.Source) +
  bytes(entry.DetailType) +
  bytes(entry.Detail) +
  entry.Resources.reduce((sum, resource) => sum + bytes(resource), 0);

/** Parses the detail of an entry. Undefined if it is no JSON object. */
export function parseDetail(text: string): JsonObject | undefined {
  try {
    const detail: unknown = JSON.parse(text);
    return isJsonObject(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}

/** An error of one entry. */
export interface Refusal {
  code: string;
  message: string;
}

/** Returns the error of an entry in EventBridge's words, if any. */
export function findRefusal(entry: PutEventsEntry, detail: JsonObject | undefined): Refusal | undefined {
  const missing = (['Source', 'DetailType', 'Detail'] as const).find((name) => !entry[name]);
  if (missing)
    return {
      code: 'InvalidArgument',
      message: `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`,
    };
  if (entry.Source?.startsWith('aws.'))
    return { code: 'NotAuthorizedForSourceException', message: `Not authorized for the source ${entry.Source}.` };
  if (!detail) return { code: 'MalformedDetail', message: 'Detail is malformed.' };
  return undefined;
}

/** Throws for a request that EventBridge rejects as a whole. */
export function checkRequest(entries: readonly PutEventsEntry[]): void {
  const count = entries.length;
  if (count < 1 || count > maxEntries)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: ${count} entries, 1 to ${maxEntries} are allowed`,
    );
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > maxRequestBytes)
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
}
