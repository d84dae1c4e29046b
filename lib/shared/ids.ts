import { createHash } from 'crypto';

/** Returns an id of 128 bits, made of `parts`: equal parts have equal ids. */
export function deterministicId(...parts: (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
