import { type Json, type JsonObject } from '../../shared/json.ts';
import { type RejectionCode } from './verdict.ts';

/**
 * Limit of a stored message, bytes of UTF-8 JSON. Segment's published limit, so that a message
 * accepted there is accepted here.
 */
export const maxMessageBytes = 32 * 1024;

/**
 * Limit of nesting, levels including the message. DynamoDB allows 32, and the enclosing item needs
 * some.
 */
export const maxDepth = 20;

/** Limit of a message's keys on all levels together. */
export const maxKeys = 1_000;

interface Measured {
  keys: number;
  /** Upper bound of the JSON's size: every UTF-16 unit counts as the longest escape. */
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
 * Returns why a message cannot be stored, or undefined. Other content is data, `__proto__`, NUL and
 * lone surrogates too: it is stored as one JSON string, which escapes them. The exact size is
 * computed only if the upper bound exceeds the limit.
 */
export function findLimitViolation(message: JsonObject): RejectionCode | undefined {
  const seen: Measured = { keys: 0, bytes: 0 };
  const fault = measure(message, 1, seen);
  if (fault || seen.bytes <= maxMessageBytes) return fault;
  return Buffer.byteLength(JSON.stringify(message)) > maxMessageBytes ? 'too-large' : undefined;
}
