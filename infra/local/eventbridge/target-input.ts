import { isJsonObject, type Json } from '#lib/shared/json.ts';

/** What a target gets instead of the event. */
export interface TargetInput {
  input?: string | undefined;
  inputPath?: string | undefined;
  inputTransformer?: { InputPathsMap?: Record<string, string> | undefined; InputTemplate: string } | undefined;
}

/**
 * Returns the value at `$.detail.items[0].name`, or undefined. Names with dashes or dots are
 * written `$['detail-type']`.
 */
export function atPath(event: unknown, path: string): unknown {
  const steps = path.slice(1).match(/[^.[\]'"]+|(?<=\[['"])[^'"]+(?=['"]\])/g) ?? [];
  return steps.reduce<unknown>((found, step) => {
    if (Array.isArray(found)) return (found as unknown[])[Number(step)];
    return isJsonObject(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  }, event);
}

/**
 * A value inside a text of the template: itself for a text, else its JSON, escaped for the quotes.
 */
const inText = (value: unknown): string => {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  return JSON.stringify(text).slice(1, -1);
};

const placeholder = /<([\w.-]+)>/g;

/** Fills in placeholders: text inside quotes, JSON outside. A result that is not JSON is a text. */
function fill(template: string, valueOf: (name: string) => unknown): Json {
  const text = template.replace(/"(?:[^"\\]|\\.)*"|<[\w.-]+>/g, (part) =>
    part.startsWith('"')
      ? part.replace(placeholder, (_, name: string) => inText(valueOf(name)))
      : JSON.stringify(valueOf(part.slice(1, -1)) ?? ''),
  );
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/**
 * Returns what EventBridge passes to a target: the event, or the result of `Input`, `InputPath` or
 * `InputTransformer`.
 */
export function targetPayload(event: Json, { input, inputPath, inputTransformer }: TargetInput): unknown {
  if (input !== undefined) return JSON.parse(input);
  if (inputPath !== undefined) return atPath(event, inputPath) ?? null;
  if (!inputTransformer) return event;
  const { InputPathsMap: paths = {}, InputTemplate: template } = inputTransformer;
  return fill(template, (name) => {
    if (name === 'aws.events.event' || name === 'aws.events.event.json') return event;
    return paths[name] === undefined ? undefined : atPath(event, paths[name]);
  });
}
