import { type Duration, durationMs } from '../../shared/time.ts';

/** Output that passes the input on unchanged. */
export const passThrough = '{% $states.input %}';

/**
 * Writes a value as JSONata: JSON with two line separators escaped, which JSON allows in a string
 * and JSONata does not.
 */
export const toJsonata = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');

const valueToJsonata = (value: unknown): string => `{% ${toJsonata(value)} %}`;

/**
 * Returns a text as a state may hold it. It becomes a JSONata string if Step Functions would read
 * it as an expression, or if it is empty or has line breaks. Authors write texts, never
 * expressions.
 */
export function quoteJsonata(text: string): string {
  const plain = /^.+$/.test(text) && !/^\s*\{%|%\}\s*$/.test(text);
  return plain ? text : valueToJsonata(text);
}

/** Returns a value as a state may hold it. */
export function jsonataLiteral(value: unknown): unknown {
  if (typeof value === 'string') return quoteJsonata(value);
  // asl-validator rejects an array directly within an array.
  if (Array.isArray(value))
    return value.map((part) => (Array.isArray(part) ? valueToJsonata(part) : jsonataLiteral(part)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, jsonataLiteral(part)]));
}

/**
 * Returns an expression for the input with `vars` or `run` changed. `part` is JSONata for an object
 * that is merged over the present one.
 */
export const inputWith = (name: 'vars' | 'run', part: string): string =>
  `{% $merge([$states.input, {'${name}': $merge([$states.input.${name}, ${part}])}]) %}`;

/** Returns a duration in seconds. */
export const durationSeconds = (duration: Duration): number => durationMs(duration) / 1_000;
