import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { environmentScript } from './environment-script.ts';
import {
  type InvocationAnswer,
  type EnvironmentData,
  type InvocationFailure,
  type Invocation,
  type WorkerMessage,
} from './worker-message.ts';

/** A failed invocation in Lambda's words. */
export class FunctionError extends Error {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: string[];

  constructor({ errorType, errorMessage, trace }: InvocationFailure) {
    super(`${errorType}: ${errorMessage}`);
    this.name = 'FunctionError';
    this.errorType = errorType;
    this.errorMessage = errorMessage;
    this.trace = trace;
  }
}

export const stopped = (): FunctionError =>
  new FunctionError({ errorType: 'Runner.Stopped', errorMessage: 'the runner stops', trace: [] });

export interface EnvironmentOptions {
  data: EnvironmentData;
  /** All the variables a function sees. */
  variables: () => Record<string, string>;
  timeoutMs: number;
  log: (functionName: string, text: string) => void;
}

/** Timeout of a start, ms. Lambda allows 10 s; here fifty may start at once on two processors. */
const maxStartMs = 30_000;

/** One thread that handles one invocation at a time. */
export class Environment {
  state: 'starting' | 'idle' | 'busy' | 'gone' = 'starting';
  /** When its invocation began, by `performance.now()`; of no meaning while it has none. */
  busySince = 0;
  /** Resolves when it takes invocations; never when it fails to start. */
  readonly ready: Promise<void>;
  /** Resolves at its end, with the reason where it never came to take invocations. */
  readonly gone: Promise<InvocationFailure | undefined>;
  readonly #options: EnvironmentOptions;
  readonly #worker: Worker;
  #settle: ((answer: InvocationAnswer) => void) | undefined;

  constructor(options: EnvironmentOptions) {
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
    this.#worker.on('message', ({ answer, printed }: WorkerMessage) => {
      if (printed !== undefined) log(data.functionName, printed);
      if (answer) this.#settle?.(answer);
    });
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
    const answered = new Promise<InvocationAnswer>((resolve) => (this.#settle = resolve));
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

  /**
   * Ends the environment. Its invocation fails as `stopped` and is retried by its caller after the
   * next start.
   */
  async end(): Promise<void> {
    this.state = 'gone';
    this.#settle?.({ failure: stopped(), fatal: true });
    await this.#worker.terminate();
  }

  async #firstAnswer(): Promise<InvocationAnswer> {
    const slow = setTimeout(() => {
      const errorMessage = `Init phase timed out after ${maxStartMs / 1000} seconds`;
      this.#settle?.({ failure: { errorType: 'Sandbox.Timedout', errorMessage, trace: [] }, fatal: true });
    }, maxStartMs);
    const answer = await new Promise<InvocationAnswer>((resolve) => (this.#settle = resolve));
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
