import { availableParallelism } from 'node:os';

/** Shorter than this says nothing: the system counts a thread's time in steps of some milliseconds. */
const windowMs = 50;

/**
 * Share of all processors that this process, threads included, had between the last two questions that lay `windowMs` apart: 0 at first,
 * 1 when it had them all.
 */
export function loadMeter(): () => number {
  let since = performance.now();
  let used = process.cpuUsage();
  let share = 0;
  return () => {
    const elapsed = performance.now() - since;
    if (elapsed < windowMs) return share;
    const { user, system } = process.cpuUsage(used);
    share = (user + system) / 1_000 / elapsed / availableParallelism();
    since += elapsed;
    used = process.cpuUsage();
    return share;
  };
}
