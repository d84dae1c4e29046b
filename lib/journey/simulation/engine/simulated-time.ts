import { type TimerClock } from '#lib/states-language/execution/host.ts';
import { TimerHeap } from '#lib/states-language/timer-heap.ts';

/** Clock that only `run` advances, from timer to timer, as fast as their work is done. */
export class SimulatedTime implements TimerClock {
  readonly #timers = new TimerHeap();
  #now: number;

  constructor(start: number) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  at(time: number, fire: () => void): () => void {
    return this.#timers.add(Math.ceil(time), fire);
  }

  /**
   * Fires all timers due until `end`, each at its time, and awaits `settled` before time advances.
   * Returns false if `isStopped` ended it. The time then stays at the last timer.
   */
  async run(end: number, settled: () => Promise<void>, isStopped: () => boolean = () => false): Promise<boolean> {
    for (let next = this.#timers.next(); next !== undefined && next <= end; next = this.#timers.next()) {
      this.#now = Math.max(this.#now, next);
      for (let fire = this.#timers.takeDue(this.#now); fire; fire = this.#timers.takeDue(this.#now)) {
        if (isStopped()) return false;
        fire();
      }
      await settled();
    }
    this.#now = Math.max(this.#now, end);
    return true;
  }
}
