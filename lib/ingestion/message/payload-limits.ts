import { type Json, type JsonObject } from '../../shared/json.ts';
import { type RejectionCode } from './verdict.ts';

/** Largest message we store. Segment's published limit, so that a source accepted there is accepted here. Bytes of UTF-8 JSON. */
export const maxMessageBytes = 32 * 1024;

/** Levels of nesting, the message itself being the first. DynamoDB stops at 32, and what wraps a message needs some of them. */
export const maxDepth = 20;

/** Keys of a message on all levels together. */
export const maxKeys = 1_000;

interface Measured {
  keys: number;
  /** At least what the message takes as JSON: every UTF-16 unit counted as the longest escape there is. */
  bytes: number;
}

const longestEscape = 6; // "\u0000"
const longestNumber = 25; // -1.2345678901234567e-308 and a comma

function measure(value: Json, depth: number, seen: Measured): RejectionCode | undefined {
  if (typeof value === 'string') {
    seen.bytes += 3 + longestEscape * value.length;
    return undefined;
  }
  if (typeof value !== 'object' || value === null) {
    seen.bytes += longestNumber;
    return value === Infinity || value === -Infinity ? 'number-out-of-range' : undefined;
  }
  if (depth > maxDepth) return 'too-deep';
  seen.bytes += 3;
  return Array.isArray(value) ? measureArray(value, depth, seen) : measureObject(value, depth, seen);
}

function measureArray(values: Json[], depth: number, seen: Measured): RejectionCode | undefined {
  for (const value of values) {
    const fault = measure(value, depth + 1, seen);
    if (fault) return fault;
  }
  return undefined;
}

function measureObject(value: JsonObject, depth: number, seen: Measured): RejectionCode | undefined {
  for (const key of Object.keys(value)) {
    if (++seen.keys > maxKeys) return 'too-many-keys';
    seen.bytes += 4 + longestEscape * key.length;
    const fault = measure(value[key] ?? null, depth + 1, seen);
    if (fault) return fault;
  }
  return undefined;
}

/**
 * What makes a parsed message unfit to be stored. Everything else is data, `__proto__`, NUL and lone surrogates too: payload is kept
 * as one JSON string, in which they are escapes. The size is measured only when an upper bound of it passes the limit.
 */
export function findLimitViolation(message: JsonObject): RejectionCode | undefined {
  const seen: Measured = { keys: 0, bytes: 0 };
  const fault = measure(message, 1, seen);
  if (fault || seen.bytes <= maxMessageBytes) return fault;
  return Buffer.byteLength(JSON.stringify(message)) > maxMessageBytes ? 'too-large' : undefined;
}
