import { availableParallelism } from 'node:os';

/** About twice the time from a touchpoint to the first message on an idle machine, ms. */
const shortMs = 200;

/** Maximum wait of background work, ms, so that constant load cannot starve it. */
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
