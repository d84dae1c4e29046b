import { afterEach, beforeAll } from 'vitest';
import { durationMs } from '../../lib/shared/time.ts';
import { type World } from './world.ts';

interface Sleeper {
  until: number;
  wake: () => void;
}

/**
 * Lets the concurrent tests of a file live in one world at the same time, each as if it were alone there: `advance` resolves when that much
 * time has passed, and time passes when all tests that still run wait for it, up to the next moment one of them waits for. So ten
 * stories of a week take a week of the world's time, not ten. Called once, outside of any test; what it answers makes the world a shared one.
 */
export function sharedTime(): (world: World) => World {
  let running = 0;
  let sleepers: Sleeper[] = [];
  let shared: World | undefined;
  beforeAll(({}, { tasks }) => {
    running = tasks.filter(({ mode }) => mode === 'run').length;
  });

  async function moveOn(): Promise<void> {
    if (!shared || sleepers.length === 0 || sleepers.length < running) return;
    const due = Math.min(...sleepers.map(({ until }) => until));
    await shared.local.advance(due - shared.local.clock.now());
    const woken = sleepers.filter(({ until }) => until <= due);
    sleepers = sleepers.filter(({ until }) => until > due);
    for (const { wake } of woken) wake();
  }

  afterEach(async () => {
    running--;
    await moveOn();
  });

  return (world) => {
    shared = world;
    return {
      ...world,
      async advance(duration) {
        const until = world.local.clock.now() + durationMs(duration);
        const woken = new Promise<void>((wake) => sleepers.push({ until, wake }));
        await moveOn();
        await woken;
      },
    };
  };
}
