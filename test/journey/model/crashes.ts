import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFrom } from '../../support/random.ts';

/** Whoever waits for it has died. */
const never = new Promise<never>(() => undefined);

/** One call of a function, and how many of its deeds it lives to see done. */
interface Call {
  left: number;
  dies: () => void;
}

export interface DeathOptions {
  seed: number;
  /** Share of calls that die. */
  share: number;
}

/**
 * Functions that die on their way: the last deed they do is done, and they never learn of it nor do another, as when a machine is taken
 * away. Then they are called again, as Lambda and Step Functions do.
 */
export class Deaths {
  readonly #calls = new AsyncLocalStorage<Call | undefined>();
  readonly #random: () => number;
  readonly #share: number;

  constructor({ seed, share }: DeathOptions) {
    this.#random = randomFrom(seed);
    this.#share = share;
  }

  /** A deed: what changes anything outside the function. */
  readonly deed =
    <Args extends unknown[], T>(act: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      const call = this.#calls.getStore();
      if (call?.left === 0) return never;
      const done = await act(...args);
      if (!call || --call.left > 0) return done;
      call.dies();
      return never;
    };

  /** Calls a function; where it dies, `died` is told, and it is called again. */
  async call<T>(handle: () => Promise<T>, died: () => void = () => undefined): Promise<T> {
    if (this.#random() >= this.#share) return this.#calls.run(undefined, handle);
    const dead = Symbol('dead');
    const left = 1 + Math.floor(this.#random() * 3);
    const result = await new Promise<T | typeof dead>((resolve, reject) => {
      const dies = (): void => resolve(dead);
      this.#calls.run({ left, dies }, handle).then(resolve, reject);
    });
    if (result !== dead) return result;
    died();
    return this.#calls.run(undefined, handle);
  }
}
