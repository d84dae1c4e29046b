import { createHash } from 'crypto';

/** Short name of what `parts` are together: the same parts, the same name. 128 bits. */
export function deterministicId(...parts: (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
