import { VirtualClock } from './virtual-clock.ts';
import { type Journal } from '../journal/open-journal.ts';

/** How often the time is written down where it does not pass as ours does. */
const everyMs = 1_000;

interface Kept {
  virtual: number;
  real: number;
  speed: number;
}

export interface PersistedClock {
  clock: VirtualClock;
  /** Writes the time down a last time. The clock stops. */
  stop(): void;
}

/**
 * The clock, going on from where it was: the time kept in the journal and the real time since. It never goes back, also not after a kill
 * at a high speed, when the last second before it may not have been written down. `start` counts for a new journal only.
 */
export function persistedClock(
  journal: Journal,
  { speed, start }: { speed: number; start?: number | undefined },
): PersistedClock {
  journal.exec('CREATE TABLE IF NOT EXISTS runner_time (id INTEGER PRIMARY KEY, virtual REAL, real REAL, speed REAL)');
  const write = journal.prepare('INSERT OR REPLACE INTO runner_time VALUES (1, ?, ?, ?)');
  const kept = journal.prepare('SELECT virtual, real, speed FROM runner_time').get() as Kept | undefined; // our own row
  const clock = new VirtualClock({ start: kept ? resumed(kept) : (start ?? Date.now()), speed, moved: save });

  function save(): void {
    write.run(clock.now(), Date.now(), speed);
  }

  save();
  const saving = setInterval(save, everyMs);
  saving.unref();
  return {
    clock,
    stop() {
      clearInterval(saving);
      save();
      clock.stop();
    },
  };
}

const resumed = ({ virtual, real, speed }: Kept): number =>
  virtual + Math.max(0, Date.now() - real) + (speed > 1 ? speed * everyMs : 0);
