import * as z from 'zod';

/** Any JSON value. A payload has passed the limits of `lib/ingestion/message/payload-limits.ts`. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export const Json: z.ZodType<Json> = z.json();
export const JsonObject = z.record(z.string(), Json);

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A record without ancestors, to count in by names from outside: where something is called `constructor`, nothing is there yet. */
export const bareRecord = <Value>(): Record<string, Value> => Object.create(null) as Record<string, Value>; // `any` by itself

/** The value at a dotted path, `address.city`; undefined where any part is missing. Own keys only: `constructor` finds nothing. */
export function valueAtPath(value: Json | undefined, path: string): Json | undefined {
  let found: Json | undefined = value;
  for (const key of path.split('.')) {
    if (!isJsonObject(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}

/** Whether a value nests deeper than so many levels; a scalar has none. Looks no deeper than that, so nothing is too deep to ask about. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
