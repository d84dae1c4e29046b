import { TimerHeap } from '#lib/states-language/timer-heap.ts';
import { hourMs } from '#lib/shared/time.ts';

export interface ClockOptions {
  start?: number;
  speed?: number;
  moved?: () => void;
}

/**
 * State that other threads need to read the same time: the offset, and the time while the clock
 * stands still.
 */
export interface SharedTime {
  state: SharedArrayBuffer;
  base: number;
  speed: number;
}

/**
 * Returns a reader of a clock for any thread. Each cell is written atomically, the deciding one
 * last.
 */
export function tellTime({ state, base, speed }: SharedTime): () => number {
  const cells = new Float64Array(state);
  return () => {
    const [offset = 0, stands = NaN] = cells;
    return Math.floor(Number.isNaN(stands) ? offset + (realNow() - base) * speed : stands);
  };
}

/** Real time. Monotonic, and equal in every thread of the process. */
const realNow = (): number => performance.timeOrigin + performance.now();

/**
 * The time of the local system: real time, moved by `advance` and stretched by `speed`. At speed 0
 * only `advance` moves it. Functions see it as `Date`. It stores nothing: the owner of a timer
 * stores its due time and sets it again after a restart.
 */
export class VirtualClock {
  readonly speed: number;
  readonly shared: SharedTime;
  readonly now: () => number;
  #cells: Float64Array;
  #moved: () => void;
  #timers = new TimerHeap();
  #alarm: NodeJS.Timeout | undefined;
  #alarmFor = Infinity;

  /**
   * `start` is what `now()` answers at first: the time kept from the last run, or the real one.
   * `moved` is called at every jump, before anything happens at the new time.
   */
  constructor({ start = Date.now(), speed = 1, moved = () => {} }: ClockOptions = {}) {
    this.speed = speed;
    this.shared = { state: new SharedArrayBuffer(16), base: realNow(), speed };
    this.#cells = new Float64Array(this.shared.state);
    this.#cells.set([start, NaN]);
    this.#moved = moved;
    this.now = tellTime(this.shared);
  }

  /** How far ahead of this machine's clock we are, with `speed` 1. */
  offset(): number {
    return this.now() - Date.now();
  }

  /**
   * Runs `fire` when the time has come, never early; at once for a time gone by. Timers of one
   * moment fire in the order they were set.
   */
  at(time: number, fire: () => void): () => void {
    // `now()` returns whole milliseconds, so a fraction would never be due.
    const due = Math.ceil(time);
    const cancel = this.#timers.add(due, fire);
    if (due < this.#alarmFor) this.#arm();
    return cancel;
  }

  /**
   * Moves on by `ms`, stopping at each timer on the way: it fires at its own time, and `settled`
   * (all work done) is awaited before the clock goes on. So thirty days pass in as long as their
   * work takes, and in the right order.
   */
  async advance(ms: number, settled: () => Promise<void>): Promise<void> {
    const target = this.now() + ms;
    await settled();
    for (let next = this.#timers.next(); next !== undefined && next <= target; next = this.#timers.next()) {
      this.#cells[1] = Math.max(this.now(), next);
      this.#moved();
      this.#fireDue();
      await settled();
    }
    this.#cells[0] = Math.max(target, this.now()) - (realNow() - this.shared.base) * this.speed;
    this.#cells[1] = NaN;
    this.#moved();
    this.#arm();
    await settled();
  }

  stop(): void {
    clearTimeout(this.#alarm);
    this.#timers = new TimerHeap();
    this.#alarmFor = Infinity;
  }

  #fireDue(): void {
    const now = this.now();
    for (let fire = this.#timers.takeDue(now); fire; fire = this.#timers.takeDue(now)) fire();
  }

  #arm(): void {
    clearTimeout(this.#alarm);
    const next = this.#timers.next();
    this.#alarmFor = next ?? Infinity;
    if (next === undefined || !Number.isNaN(this.#cells[1])) return;
    // setTimeout overflows past 24.8 days and may fire a millisecond early. So it is set again, at
    // the latest after an hour.
    const left = next - this.now();
    const wait = left <= 0 ? 0 : Math.min(left / this.speed, hourMs);
    this.#alarm = setTimeout(() => {
      this.#fireDue();
      this.#arm();
    }, Math.ceil(wait));
    this.#alarm.unref();
  }
}
