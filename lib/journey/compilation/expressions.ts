/** States hand their input on as it is. */
export const passThrough = '{% $states.input %}';

/** JSON is JSONata, but for two line ends that only JSON allows in a string. */
export const toJsonata = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');

const valueToJsonata = (value: unknown): string => `{% ${toJsonata(value)} %}`;

/**
 * `text` as it may stand in a state: itself, or a string in JSONata where Step Functions would take it for code (authors write texts,
 * never code) and where the language has no place for it (line ends, nothing at all).
 */
export function quoteJsonata(text: string): string {
  const plain = /^.+$/.test(text) && !/^\s*\{%|%\}\s*$/.test(text);
  return plain ? text : valueToJsonata(text);
}

/** A value as it may stand in a state. */
export function jsonataLiteral(value: unknown): unknown {
  if (typeof value === 'string') return quoteJsonata(value);
  // asl-validator has no place for an array straight inside an array.
  if (Array.isArray(value))
    return value.map((part) => (Array.isArray(part) ? valueToJsonata(part) : jsonataLiteral(part)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, jsonataLiteral(part)]));
}

/** An expression for the input with `vars` or `run` changed: `part` is JSONata for an object that is laid over the present one. */
export const inputWith = (name: 'vars' | 'run', part: string): string =>
  `{% $merge([$states.input, {'${name}': $merge([$states.input.${name}, ${part}])}]) %}`;
