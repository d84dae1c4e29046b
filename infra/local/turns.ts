import { availableParallelism } from 'node:os';

/** Who has waited that long for a free processor waits no longer: a crowd that never goes must not hold anybody for good. Milliseconds. */
const patienceMs = 5_000;

/**
 * Whose turn it is where functions share the processors of one machine. (Each has its own on Lambda.) Those that can wait begin while fewer
 * invocations of the others need one than there are, or after five seconds. Answers whether what has waited since, by `performance.now()`,
 * may begin.
 */
export const createTurns =
  (pressing: () => number, processors = availableParallelism()) =>
  (since: number): boolean =>
    pressing() < processors || performance.now() - since >= patienceMs;
