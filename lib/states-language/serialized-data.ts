import { type Json } from '../shared/json.ts';
import { StateFailed } from './failure.ts';

/** A JSON value with its text: it is written to the journal and the history more often than it changes. */
export interface SerializedData {
  readonly value: Json;
  readonly text: string;
}

/** Step Functions' limit for input, output, a task's arguments or result, and what one `Assign` stores. Bytes of UTF-8 JSON. */
export const maxDataBytes = 262_144;

export function serializeData(value: Json): SerializedData {
  return { value, text: JSON.stringify(value) };
}

/** For text that we wrote, or that was parsed once already. */
export function parseData(text: string): SerializedData {
  return { value: JSON.parse(text) as Json, text };
}

/** Whether a text has more bytes than `most`; counts them only where it is close. */
export function isOver(text: string, most: number): boolean {
  return text.length * 3 > most && Buffer.byteLength(text) > most;
}

export function isTooLarge(text: string): boolean {
  return isOver(text, maxDataBytes);
}

/** Throws `StateFailed` (States.DataLimitExceeded) for a value over the limit. */
export function serializeWithinLimit(value: Json, what: string): SerializedData {
  const packed = serializeData(value);
  if (isTooLarge(packed.text)) {
    const cause = `${what} with a size exceeding the maximum number of bytes service limit.`;
    throw new StateFailed({ error: 'States.DataLimitExceeded', cause });
  }
  return packed;
}
