import { createHash } from 'node:crypto';
import jsonata from 'jsonata';
import { generator } from './seeded-random.ts';

/** Maximum length of a range. A state's output cannot have as many elements. */
const longestRange = 262_144;

const algorithms: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

function partition(array: unknown[] | undefined, size: number): unknown[][] | undefined {
  if (array === undefined) return undefined;
  const whole = Math.floor(size);
  if (whole < 1) throw new Error('$partition: the chunk size must be a positive integer');
  return Array.from({ length: Math.ceil(array.length / whole) }, (_, index) =>
    array.slice(index * whole, (index + 1) * whole),
  );
}

function range(...bounds: [first: number, last: number, step: number]): number[] {
  const [first, last, step] = bounds.map(Math.floor) as typeof bounds;
  if (!step) throw new Error('$range: the step must not be zero');
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > longestRange) throw new Error(`$range: more than ${longestRange} elements`);
  return Array.from({ length }, (_, index) => first + index * step);
}

function hash(content: string | undefined, algorithm: string): string | undefined {
  const known = algorithms[algorithm];
  if (!known) throw new Error(`$hash: unknown algorithm ${algorithm}`);
  return content === undefined ? undefined : createHash(known).update(content).digest('hex');
}

function parse(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}

const formatMillis = jsonata('$fromMillis(ms, picture, timezone)');

/**
 * Registers the functions that Step Functions adds to JSONata, replaces the machine's time by
 * `now`, and removes `$eval`. Each evaluation binds `$random()` and `$uuid()`. Arguments that must
 * be whole numbers are rounded down, as in Step Functions.
 */
export function registerFunctions(expression: jsonata.Expression, now: () => number): void {
  expression.registerFunction('partition', partition, '<an:a>');
  expression.registerFunction('range', range, '<nnn:a<n>>');
  expression.registerFunction('hash', hash, '<ss:s>');
  expression.registerFunction('parse', parse, '<s:x>');
  expression.registerFunction('millis', now, '<:n>');
  expression.registerFunction(
    'now',
    (picture?: string, timezone?: string) => formatMillis.evaluate({ ms: now(), picture, timezone }),
    '<s?s?:s>',
  );
  expression.assign('eval', undefined);
}

/**
 * Returns `$random(seed)`: one number for each seed. Without a seed it returns the next of `next`.
 */
export function randomFrom(next: () => number): (seed?: number) => number {
  return (seed) => (seed === undefined ? next() : generator(Math.floor(seed))());
}
