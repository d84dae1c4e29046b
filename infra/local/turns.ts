import { availableParallelism } from 'node:os';

/** Who has waited that long for a free processor waits no longer: a crowd that never goes must not hold anybody for good. Milliseconds. */
const patienceMs = 5_000;

/**
 * Whose turn it is where functions share the processors of one machine. (Each has its own on Lambda.) One processor is for the runner and its
 * engine, which every invocation makes work; of two processors those that can wait leave the other to an invocation that cannot. So they begin
 * while fewer of the others are under way than there are processors left, on a small machine none, or after five seconds. Answers whether
 * what has waited since, by `performance.now()`, may begin.
 */
export const createTurns = (pressing: () => number, processors = availableParallelism()) => {
  const left = Math.max(1, processors - 1);
  return (since: number): boolean => pressing() < left || performance.now() - since >= patienceMs;
};
