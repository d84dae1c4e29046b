import { type WorkCount } from './execution/host.ts';

/** Counts work under way, so that a test or a clock can wait until there is none. */
export class QuiescenceTracker implements WorkCount {
  #running = 0;
  #begun = 0;
  #waiting: (() => void)[] = [];

  get busy(): boolean {
    return this.#running > 0;
  }

  /** The amount of work ever begun. Equal numbers mean that nothing happened in between. */
  get begun(): number {
    return this.#begun;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#running++;
    this.#begun++;
    try {
      return await work();
    } finally {
      this.#running--;
      if (this.#running === 0) for (const resume of this.#waiting.splice(0)) resume();
    }
  }

  /** Resolves as soon as nothing runs. */
  async quiet(): Promise<void> {
    while (this.#running > 0) await new Promise<void>((resume) => this.#waiting.push(resume));
  }
}
