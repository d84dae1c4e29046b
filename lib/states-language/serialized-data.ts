import { type Json } from '../shared/json.ts';
import { StateFailed } from './failure.ts';

/** A JSON value with its text, which is written more often than the value changes. */
export interface SerializedData {
  readonly value: Json;
  readonly text: string;
}

/**
 * Maximum of input, output, a task's arguments or result, and the variables of one `Assign`. Bytes
 * of UTF-8 JSON. Limit of Step Functions.
 */
export const maxDataBytes = 262_144;

/** Returns a value with its JSON text. Checks no limit. */
export function serializeData(value: Json): SerializedData {
  return { value, text: JSON.stringify(value) };
}

/** Parses a text that is known to be JSON. */
export function parseData(text: string): SerializedData {
  return { value: JSON.parse(text) as Json, text };
}

/**
 * Returns whether a text has more bytes than `most`. Counts them only if the result may be true.
 */
export function isOver(text: string, most: number): boolean {
  return text.length * 3 > most && Buffer.byteLength(text) > most;
}

export function isTooLarge(text: string): boolean {
  return isOver(text, maxDataBytes);
}

/**
 * Returns a value with its JSON text. Throws `StateFailed` (States.DataLimitExceeded) over the
 * limit.
 */
export function serializeWithinLimit(value: Json, what: string): SerializedData {
  const packed = serializeData(value);
  if (isTooLarge(packed.text)) {
    const cause = `${what} with a size exceeding the maximum number of bytes service limit.`;
    throw new StateFailed({ error: 'States.DataLimitExceeded', cause });
  }
  return packed;
}
