import * as z from 'zod';

/** Any JSON value. A payload has passed the limits of `lib/ingestion/message/payload-limits.ts`. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** A JSON object. */
export type JsonObject = { [key: string]: Json };

export const Json: z.ZodType<Json> = z.json();
export const JsonObject = z.record(z.string(), Json);

/** Returns whether a value is an object, not an array or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns a record without a prototype, to index by external names such as `constructor`. */
export const bareRecord = <Value>(): Record<string, Value> => Object.create(null) as Record<string, Value>; // Object.create returns `any`

/**
 * Returns the value at a dotted path, `address.city`, or undefined. Reads own keys only, so
 * `constructor` is undefined.
 */
export function valueAtPath(value: Json | undefined, path: string): Json | undefined {
  let found: Json | undefined = value;
  for (const key of path.split('.')) {
    if (!isJsonObject(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}

/**
 * Returns whether a value nests deeper than `levels`; a scalar has none. Stops at that depth, so it
 * cannot overflow the stack.
 */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
