import { cpus } from 'node:os';

/**
 * Minimum window, ms. The system counts in steps of 10 ms, and reading the counts takes one or two.
 */
const windowMs = 200;

/** Age at which a measurement is too old, ms. */
const pastMs = 1_000;

interface Times {
  idle: number;
  all: number;
}

function timesNow(): Times {
  const spent = cpus().map(({ times: { user, nice, sys, irq, idle } }) => ({
    idle,
    all: user + nice + sys + irq + idle,
  }));
  return spent.reduce((sum, { idle, all }) => ({ idle: sum.idle + idle, all: sum.all + all }), { idle: 0, all: 0 });
}

/**
 * Share of the processors' time between two measurements that was not idle. 0 if the OS reports no
 * times.
 */
function shareBetween(before: Times, now: Times): number {
  const all = now.all - before.all;
  return all > 0 ? 1 - (now.idle - before.idle) / all : 0;
}

/**
 * Returns a function that measures the share of this machine's processors with work, 0 to 1, since
 * its last measurement: work of this process and of others. Returns 1 before the first full window
 * and after a long pause, and 0 if the OS reports no times.
 */
export function loadMeter(): () => number {
  let measuredAt = performance.now();
  let before = timesNow();
  let share = 1;
  return () => {
    const passed = performance.now() - measuredAt;
    if (passed < windowMs) return share;
    measuredAt = performance.now();
    const now = timesNow();
    share = passed > pastMs && now.all > before.all ? 1 : shareBetween(before, now);
    before = now;
    return share;
  };
}
