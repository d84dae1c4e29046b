import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { loadMeter } from './load.ts';
import { environmentScript } from './environment-script.ts';
import { type Answer, type EnvironmentData, type Failure, type Invocation } from './invocation.ts';

/** Why an invocation failed, in the words in which Lambda reports it. */
export class FunctionError extends Error {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: string[];

  constructor({ errorType, errorMessage, trace }: Failure) {
    super(`${errorType}: ${errorMessage}`);
    this.name = 'FunctionError';
    this.errorType = errorType;
    this.errorMessage = errorMessage;
    this.trace = trace;
  }
}

export interface PoolOptions {
  data: EnvironmentData;
  /** All the variables a function sees. */
  variables: () => Record<string, string>;
  timeoutMs: number;
  /** Most environments at a time. What is over waits its turn. */
  max: number;
  log: (functionName: string, text: string) => void;
}

interface Waiting {
  payload: string;
  /** Since when, by `performance.now()`. */
  since: number;
  resolve: (result: string) => void;
  reject: (error: FunctionError) => void;
}

/**
 * How long an invocation waits for an environment that works before one more is started. A start takes a core for about this long, away
 * from those who work, so it pays only for who would wait longer; and one start at a time. Milliseconds.
 */
const patienceMs = 100;

/** Share of the machine's processors at work from which on one more environment would only take from those there are. */
const crowdedShare = 0.8;

/** Who has been at one invocation for longer than this waits for the world, not for a processor: one more helps on any machine. */
const slowMs = 1_000;

const share = loadMeter();

/** Lambda ends an environment whose start takes longer. */
const maxStartMs = 10_000;

/**
 * The environments of one function: threads that handle one invocation at a time, started when all are busy. An environment that timed
 * out, ran out of memory or left an error uncaught is given up; the next invocation gets a new one.
 */
export class Pool {
  readonly #options: PoolOptions;
  #environments = new Set<Environment>();
  #waiting: Waiting[] = [];
  #lookAgain: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#environments.size;
  }

  /** Invocations that wait for an environment. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** JSON in, JSON out. Rejects with a `FunctionError`. */
  invoke(payload: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ payload, since: performance.now(), resolve, reject });
      this.#serve();
    });
  }

  /** Starts an environment before anybody needs it. Resolves when it takes invocations, or never will. */
  async warm(): Promise<void> {
    if (this.#environments.size === 0) this.#start();
    const [first] = this.#environments;
    if (first) await Promise.race([first.ready, first.gone]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#lookAgain);
    for (const { reject } of this.#waiting.splice(0)) reject(stopped());
    await Promise.all([...this.#environments].map((environment) => environment.end()));
  }

  #serve(): void {
    for (const environment of this.#environments) {
      if (this.#waiting.length === 0) return;
      if (environment.state === 'idle') void this.#run(environment);
    }
    const [oldest] = this.#waiting;
    const isStarting = [...this.#environments].some(({ state }) => state === 'starting');
    if (!oldest || isStarting || this.#environments.size >= this.#options.max) return;
    if (this.#environments.size === 0) return this.#start();
    const patience = oldest.since + patienceMs - performance.now();
    if (patience <= 0 && (share() < crowdedShare || this.#isHeldUp())) this.#start();
    else this.#lookAgain ??= setTimeout(() => this.#impatient(), Math.max(patience, patienceMs / 2));
  }

  #isHeldUp(): boolean {
    const since = performance.now() - slowMs;
    return [...this.#environments].every(({ busySince }) => busySince < since);
  }

  #impatient(): void {
    this.#lookAgain = undefined;
    this.#serve();
  }

  #start(): void {
    if (this.#stopped) return;
    const environment = new Environment(this.#options);
    this.#environments.add(environment);
    environment.gone
      .then((failure) => {
        this.#environments.delete(environment);
        // Whoever waited for this start learns why it failed; without anybody the next invocation tries again.
        if (failure && !this.#stopped) this.#waiting.shift()?.reject(new FunctionError(failure));
        if (!this.#stopped && this.#waiting.length > 0) this.#serve();
      })
      .catch(() => undefined);
    void environment.ready.then(() => this.#serve());
  }

  async #run(environment: Environment): Promise<void> {
    const next = this.#waiting.shift();
    if (!next) return;
    try {
      next.resolve(await environment.invoke(next.payload));
    } catch (error) {
      next.reject(error instanceof FunctionError ? error : stopped());
    }
    this.#serve();
  }
}

const stopped = (): FunctionError =>
  new FunctionError({ errorType: 'Runner.Stopped', errorMessage: 'the runner stops', trace: [] });

class Environment {
  state: 'starting' | 'idle' | 'busy' | 'gone' = 'starting';
  /** When its invocation began, by `performance.now()`; of no meaning while it has none. */
  busySince = 0;
  /** Resolves when it takes invocations; never when it fails to start. */
  readonly ready: Promise<void>;
  /** Resolves at its end, with the reason where it never came to take invocations. */
  readonly gone: Promise<Failure | undefined>;
  readonly #options: PoolOptions;
  readonly #worker: Worker;
  #settle: ((answer: Answer) => void) | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    const { data, variables, log } = options;
    this.#worker = new Worker(environmentScript(), {
      workerData: data,
      name: data.functionName.split('-').slice(-2).join('-'),
      env: variables(),
      stdout: true,
      stderr: true,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: data.memoryMb },
    });
    for (const stream of [this.#worker.stdout, this.#worker.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => log(data.functionName, text));
    this.#worker.on('message', (answer: Answer) => this.#settle?.(answer));
    const first = this.#firstAnswer();
    this.ready = new Promise((resolve) => {
      void first.then((answer) => {
        if (!('ready' in answer)) return;
        this.state = 'idle';
        resolve();
      });
    });
    const ended = new Promise<void>((resolve) => {
      this.#worker.on('error', (error: Error) => this.#fail(error));
      this.#worker.on('exit', () => {
        this.#fail(new Error('Runtime exited without providing a reason'));
        this.state = 'gone';
        resolve();
      });
    });
    this.gone = Promise.all([first, ended]).then(([answer]) => ('failure' in answer ? answer.failure : undefined));
  }

  async invoke(payload: string): Promise<string> {
    this.state = 'busy';
    this.busySince = performance.now();
    const requestId = randomUUID();
    const { timeoutMs, data, log } = this.#options;
    const answered = new Promise<Answer>((resolve) => (this.#settle = resolve));
    const invocation: Invocation = { requestId, payload, deadline: Date.now() + timeoutMs };
    this.#worker.postMessage(invocation);
    const tooLong = setTimeout(() => {
      const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
      this.#settle?.({ failure: { errorType: 'Sandbox.Timedout', errorMessage, trace: [] }, fatal: true });
    }, timeoutMs);
    const answer = await answered;
    clearTimeout(tooLong);
    this.#settle = undefined;
    if ('result' in answer) {
      this.state = 'idle';
      return answer.result;
    }
    const failure = 'failure' in answer ? answer.failure : stopped();
    log(
      data.functionName,
      `ERROR ${requestId} ${failure.errorType}: ${failure.errorMessage}\n${failure.trace.join('\n')}\n`,
    );
    if ('fatal' in answer && answer.fatal) void this.end();
    else this.state = 'idle';
    throw new FunctionError(failure);
  }

  async end(): Promise<void> {
    this.state = 'gone';
    await this.#worker.terminate();
  }

  async #firstAnswer(): Promise<Answer> {
    const slow = setTimeout(() => {
      const errorMessage = `Init phase timed out after ${maxStartMs / 1000} seconds`;
      this.#settle?.({ failure: { errorType: 'Sandbox.Timedout', errorMessage, trace: [] }, fatal: true });
    }, maxStartMs);
    const answer = await new Promise<Answer>((resolve) => (this.#settle = resolve));
    clearTimeout(slow);
    this.#settle = undefined;
    if ('failure' in answer) void this.end();
    return answer;
  }

  #fail(error: Error): void {
    const failure = { errorType: 'Runtime.ExitError', errorMessage: error.message, trace: [] };
    this.#settle?.({ failure, fatal: true });
  }
}
