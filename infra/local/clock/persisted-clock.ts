import { VirtualClock } from './virtual-clock.ts';
import { type Journal } from '../journal/open-journal.ts';

/** Interval of saving the time while it runs at another speed than real time, ms. */
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
 * A clock that resumes from the journal: the saved time plus the real time since. It never goes
 * back, also after a kill at high speed, when the last second may not be saved. `start` applies to
 * a new journal only.
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
