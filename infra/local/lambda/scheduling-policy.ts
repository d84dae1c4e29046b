import { availableParallelism } from 'node:os';

/** About twice the time from a touchpoint to the first message on an idle machine, ms. */
const shortMs = 200;

/** Maximum wait of background work, ms, so that constant load cannot starve it. */
const patienceMs = 5_000;

/**
 * Shares the processors between functions. (On Lambda each has its own.) Background invocations
 * start while foreground ones leave a processor idle, beside one for the runner. After 200 ms they
 * start while fewer foreground ones run than there are processors, and after five seconds always.
 * `since` is by `performance.now()`.
 */
export const createSchedulingPolicy = (pressing: () => number, processors = availableParallelism()) => {
  const beside = Math.max(1, processors - 1);
  return (since: number): boolean => {
    const others = pressing();
    const waited = performance.now() - since;
    return others < beside || (others < processors && waited >= shortMs) || waited >= patienceMs;
  };
};
