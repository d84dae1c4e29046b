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
 * Share of this machine's processors, 0 to 1, that had work between the last two questions that lay `windowMs` apart, whoever's work it was:
 * ours, the engine's, another program's. All of them when nobody has asked for long, so that it cannot be told yet; none where the system
 * does not tell.
 */
export function loadMeter(): () => number {
  let asked = performance.now();
  let before = timesNow();
  let share = 1;
  return () => {
    const passed = performance.now() - asked;
    if (passed < windowMs) return share;
    asked = performance.now();
    const now = timesNow();
    const all = now.all - before.all;
    if (all > 0) share = passed > pastMs ? 1 : 1 - (now.idle - before.idle) / all;
    else share = 0;
    before = now;
    return share;
  };
}
