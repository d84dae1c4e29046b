import { type QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { type Streams } from '../streams/event-source-mappings.ts';
import { type VirtualClock } from './virtual-clock.ts';

/** Waits for the system, and moves its clock. */
export interface Pace {
  /** Resolves when nothing runs and nothing is due. */
  settled: () => Promise<void>;
  /** Moves the clock, stops at each time at which something is due, and settles. One at a time. */
  advance: (ms: number) => Promise<void>;
}

/** Returns the pace of a system that works in `activity` and `streams`. */
export function createPace(
  { activity, clock }: { activity: QuiescenceTracker; clock: VirtualClock },
  streams: Streams,
): Pace {
  const settled = (): Promise<void> => settle(activity, streams);
  const advance = oneAtATime(async (ms: number) => {
    await clock.advance(ms, settled);
    await streams.sweep();
    await settled();
  });
  return { settled, advance };
}

const nextTurn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

/** Waits until a whole round starts no more work, because work that ends may start other work. */
async function settle(activity: QuiescenceTracker, streams: Streams): Promise<void> {
  for (;;) {
    await activity.quiet();
    const before = activity.begun;
    await streams.drained();
    // The interpreter writes its journal, and publishes it, at the end of a turn.
    await nextTurn();
    await nextTurn();
    if (!activity.busy && activity.begun === before) return;
  }
}

function oneAtATime<Argument>(work: (argument: Argument) => Promise<void>): (argument: Argument) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (argument) => {
    last = last.catch(() => undefined).then(() => work(argument));
    return last;
  };
}
