import { availableParallelism } from 'node:os';

/** About twice what it takes from a touchpoint to the first message where nothing else is to do. Milliseconds. */
const shortMs = 200;

/** Who has waited that long for a free processor waits no longer: a crowd that never goes must not hold anybody for good. Milliseconds. */
const patienceMs = 5_000;

/**
 * Whose turn it is where functions share the processors of one machine. (Each has its own on Lambda.) Those that can wait begin while fewer
 * of the others are under way than there are processors beside one for the runner and its engine, whom every invocation makes work: of two
 * processors, when no other is. Since others may follow each other without a gap, they begin after 200 ms while fewer are under way than
 * there are processors, and after five seconds in any crowd. Answers whether what has waited since, by `performance.now()`, may begin.
 */
export const createSchedulingPolicy = (pressing: () => number, processors = availableParallelism()) => {
  const beside = Math.max(1, processors - 1);
  return (since: number): boolean => {
    const others = pressing();
    const waited = performance.now() - since;
    return others < beside || (others < processors && waited >= shortMs) || waited >= patienceMs;
  };
};
