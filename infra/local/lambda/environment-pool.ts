import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Environment, type EnvironmentOptions, FunctionError, stopped } from './environment.ts';
import { loadMeter } from './cpu-load.ts';

export interface PoolOptions extends EnvironmentOptions {
  /** Maximum of concurrent environments. Further invocations wait. */
  max: number;
  /**
   * Returns whether an invocation that has waited since, by `performance.now()`, may begin. Called
   * again until it may. Default: always.
   */
  mayBegin?: ((since: number) => boolean) | undefined;
}

interface Waiting {
  payload: string;
  /** Since when, by `performance.now()`. */
  since: number;
  resolve: (result: string) => void;
  reject: (error: FunctionError) => void;
}

/**
 * How long an invocation waits for a busy environment before another one starts, ms. A start
 * occupies a core for about this long, so it pays only for a longer wait. One start at a time.
 */
const patienceMs = 100;

/** Time for running invocations when the pool stops, ms. */
const graceMs = 1_000;

/** Interval of checks whether an invocation may start, ms. */
const askAgainMs = 10;

/**
 * Share of busy processors from which on another environment would only slow down the others: none
 * is idle.
 */
const crowdedShare = 1 - 1 / availableParallelism();

/**
 * Duration, ms, after which an invocation probably waits for I/O, so starting another environment
 * helps even on a busy machine.
 */
const slowMs = 1_000;

const share = loadMeter();

/**
 * The environments of one function: threads that handle one invocation at a time, started when all
 * are busy. One that timed out, ran out of memory or had an uncaught error is discarded; the next
 * invocation gets a new one.
 */
export class Pool {
  readonly #options: PoolOptions;
  #environments = new Set<Environment>();
  #waiting: Waiting[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #lookAgain: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#environments.size;
  }

  /**
   * Number of invocations that need a processor: those that run and do not wait for I/O, and those
   * that wait for an environment, unless I/O keeps all environments busy.
   */
  get pressing(): number {
    const since = performance.now() - slowMs;
    const busy = [...this.#environments].filter(({ state }) => state === 'busy');
    const atWork = busy.filter(({ busySince }) => busySince > since).length;
    const isKept = atWork < busy.length && this.#environments.size >= this.#options.max;
    return atWork + (isKept ? 0 : this.#waiting.length);
  }

  /** JSON in, JSON out. Rejects with a `FunctionError`. */
  invoke(payload: string): Promise<string> {
    if (this.#stopped) return Promise.reject(stopped());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ payload, since: performance.now(), resolve, reject });
      this.#serve();
    });
  }

  /** Starts an environment in advance. Resolves when it accepts invocations, or never will. */
  async warm(): Promise<void> {
    if (this.#environments.size === 0) this.#start();
    const [first] = this.#environments;
    if (first) await Promise.race([first.ready, first.gone]);
  }

  /** What waits is not begun; what is under way has a second to come to its end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#lookAgain);
    for (const { reject } of this.#waiting.splice(0)) reject(stopped());
    const grace = new AbortController();
    const tooLong = sleep(graceMs, undefined, { signal: grace.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#underWay), tooLong]);
    grace.abort();
    await Promise.all([...this.#environments].map((environment) => environment.end()));
  }

  #serve(): void {
    for (const environment of this.#environments) {
      const [next] = this.#waiting;
      if (!next) return;
      if (!this.#mayBegin(next)) return this.#lookAgainIn(askAgainMs);
      if (environment.state === 'idle') this.#begin(environment);
    }
    this.#startIfNeeded();
  }

  /** Starts an environment if an invocation has waited for long, and another one would help. */
  #startIfNeeded(): void {
    const [oldest] = this.#waiting;
    const isStarting = [...this.#environments].some(({ state }) => state === 'starting');
    if (!oldest || isStarting || this.#environments.size >= this.#options.max) return;
    if (this.#environments.size === 0) return this.#start();
    const patience = oldest.since + patienceMs - performance.now();
    if (patience <= 0 && (share() < crowdedShare || this.#isHeldUp())) this.#start();
    else this.#lookAgainIn(Math.max(patience, patienceMs / 2));
  }

  #mayBegin({ since }: Waiting): boolean {
    return this.#options.mayBegin?.(since) ?? true;
  }

  #isHeldUp(): boolean {
    const since = performance.now() - slowMs;
    return [...this.#environments].every(({ busySince }) => busySince < since);
  }

  #lookAgainIn(ms: number): void {
    this.#lookAgain ??= setTimeout(() => {
      this.#lookAgain = undefined;
      this.#serve();
    }, ms);
  }

  #start(): void {
    if (this.#stopped) return;
    const environment = new Environment(this.#options);
    this.#environments.add(environment);
    environment.gone
      .then((failure) => {
        this.#environments.delete(environment);
        // The invocation that waited for this start gets its error. Without one, the next
        // invocation starts again.
        if (failure && !this.#stopped) this.#waiting.shift()?.reject(new FunctionError(failure));
        if (!this.#stopped && this.#waiting.length > 0) this.#serve();
      })
      .catch(() => undefined);
    void environment.ready.then(() => this.#serve());
  }

  #begin(environment: Environment): void {
    const run = this.#run(environment).finally(() => this.#underWay.delete(run));
    this.#underWay.add(run);
  }

  async #run(environment: Environment): Promise<void> {
    const next = this.#waiting.shift();
    if (!next) return;
    try {
      next.resolve(await environment.invoke(next.payload));
    } catch (error) {
      // A failure while everything stops is caused by the stop.
      next.reject(error instanceof FunctionError && !this.#stopped ? error : stopped());
    }
    this.#serve();
  }
}
