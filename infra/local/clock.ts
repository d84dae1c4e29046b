/** A timer of the virtual clock. */
interface Timer {
  at: number;
  seq: number;
  fire: () => void;
}

/**
 * The time everything local lives in: real time, moved by `advance` and stretched by `speed`. Functions see it as their `Date`.
 * Milliseconds since 1970. It is not stored: who owns a timer stores its due time and sets it again after a restart.
 */
export class VirtualClock {
  readonly speed: number;
  #realStart = performance.now();
  #start: number;
  #timers: Timer[] = [];
  #seq = 0;
  #alarm: NodeJS.Timeout | undefined;
  #frozenAt: number | undefined;

  /** `start` is what `now()` answers at first: the time kept from the last run, or the real one. */
  constructor({ start = Date.now(), speed = 1 }: { start?: number; speed?: number } = {}) {
    this.#start = start;
    this.speed = speed;
  }

  now(): number {
    return Math.floor(this.#frozenAt ?? this.#start + (performance.now() - this.#realStart) * this.speed);
  }

  /** How far ahead of this machine's clock we are, with `speed` 1. */
  offset(): number {
    return this.now() - Date.now();
  }

  /** Runs `fire` when the time has come, never early; at once for a time gone by. Timers of one moment fire in the order they were set. */
  at(time: number, fire: () => void): () => void {
    const timer: Timer = { at: time, seq: this.#seq++, fire };
    const place = this.#timers.findIndex((other) => other.at > time);
    this.#timers.splice(place === -1 ? this.#timers.length : place, 0, timer);
    this.#arm();
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index !== -1) this.#timers.splice(index, 1);
    };
  }

  /**
   * Moves on by `ms`, stopping at each timer on the way: it fires at its own time, and `settled` (all work done) is awaited before the
   * clock goes on. So thirty days pass in as long as their work takes, and in the right order.
   */
  async advance(ms: number, settled: () => Promise<void>): Promise<void> {
    const target = this.now() + ms;
    await settled();
    for (let next = this.#timers[0]; next && next.at <= target; next = this.#timers[0]) {
      this.#frozenAt = Math.max(this.now(), next.at);
      this.#fireDue();
      await settled();
    }
    this.#frozenAt = undefined;
    this.#start = Math.max(target, this.now());
    this.#realStart = performance.now();
    this.#arm();
    await settled();
  }

  stop(): void {
    clearTimeout(this.#alarm);
    this.#timers = [];
  }

  #fireDue(): void {
    const now = this.now();
    while (this.#timers[0] && this.#timers[0].at <= now) this.#timers.shift()?.fire();
  }

  #arm(): void {
    clearTimeout(this.#alarm);
    const next = this.#timers[0];
    if (!next || this.#frozenAt !== undefined) return;
    // setTimeout overflows past 24.8 days and may fire a millisecond early: look again, and never later than an hour.
    const wait = Math.min(Math.max(0, (next.at - this.now()) / this.speed), 3_600_000);
    this.#alarm = setTimeout(() => {
      this.#fireDue();
      this.#arm();
    }, Math.ceil(wait));
    this.#alarm.unref();
  }
}
