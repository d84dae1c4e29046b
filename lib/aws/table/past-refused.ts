import { ThroughlineError } from '../../shared/errors.ts';
import { mapConcurrent } from '../../shared/concurrency.ts';
import { findPermanentRefusal } from './write-refusal.ts';

/** Limit of keys named in one error. */
const maxNamed = 20;

/**
 * Runs `work` on every entry, at most `lanes` at a time, and continues past writes that DynamoDB
 * will never accept. Returns their errors. Rejects with the first other failure, as `mapConcurrent`
 * does.
 */
export async function pastRefused<T>(
  all: readonly T[],
  lanes: number,
  work: (entry: T) => Promise<void>,
): Promise<unknown[]> {
  const refused: unknown[] = [];
  await mapConcurrent(all, lanes, async (entry) => {
    try {
      await work(entry);
    } catch (error) {
      if (!findPermanentRefusal(error)) throw error;
      refused.push(error);
    }
  });
  return refused;
}

const keysOf = (error: unknown): unknown[] =>
  error instanceof ThroughlineError && Array.isArray(error.facts.keys) ? error.facts.keys : [];

/**
 * Throws one error for all refused writes, after everything else is done. Returns if there are
 * none.
 */
export function throwRefused(refused: readonly unknown[]): void {
  if (refused.length === 0) return;
  const ours = refused.find((error) => error instanceof ThroughlineError);
  const keys = refused.flatMap(keysOf).slice(0, maxNamed);
  const facts = { count: refused.length, keys, cause: refused[0] };
  throw new ThroughlineError(ours?.kind ?? 'invalid', ours?.code ?? 'write.invalid', facts);
}
