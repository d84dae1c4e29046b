import { availableParallelism } from 'node:os';
import { mapConcurrent } from '#lib/shared/concurrency.ts';
import { type QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { AsyncInvokes, type AsyncDependencies } from './async-invokes.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { FunctionError } from './environment.ts';
import { type Journal } from '../journal/open-journal.ts';
import { Pool, type PoolOptions } from './environment-pool.ts';
import { lambdaVariables, type LocalFunction, nameOf } from './template-functions.ts';
import { createSchedulingPolicy } from './scheduling-policy.ts';

export { FunctionError } from './environment.ts';

/** Invokes functions. */
export interface LocalInvoker {
  /**
   * Runs the function of an ARN or name and returns its result. Throws `FunctionError` if it
   * failed, as Lambda reports it.
   */
  invoke(functionArn: string, payload: unknown): Promise<unknown>;
  /**
   * Lambda's asynchronous invoke: stored in the journal first, then run with the template's retries
   * and on-failure destination. At least once, also after a kill.
   */
  invokeAsync(functionArn: string, payload: unknown): void;
}

/** Invokes a function by ARN or name: JSON in, its result out. Throws `FunctionError`. */
export type Invoke = (functionArn: string, payload: string) => Promise<unknown>;

/** What functions need to run locally. */
export interface FunctionsOptions {
  functions: LocalFunction[];
  journal: Journal;
  clock: VirtualClock;
  activity: QuiescenceTracker;
  /** Number of processors to assume. Default: those of this machine. */
  processors?: number | undefined;
  /**
   * Returns the variables of a function besides its own, or in their place: the endpoints of local
   * services. Called when an environment starts.
   */
  variables: (own: Record<string, string>) => Record<string, string>;
  sendToQueue: AsyncDependencies['sendToQueue'];
  /** Called after each invocation: it may have written to the table. */
  invoked?: () => void;
  /** Wraps each run of a function, first or repeated, for tests of redelivery and of crashes. */
  between?: ((invoke: Invoke) => Invoke) | undefined;
  log?: (functionName: string, text: string) => void;
}

/** The functions while they run. */
export interface RunningFunctions extends LocalInvoker {
  readonly all: readonly LocalFunction[];
  /**
   * Runs asynchronous invocations that an earlier run left. Call it once all services that
   * functions call have started.
   */
  restore(): void;
  /**
   * Starts one environment of each function, as many at a time as there are processors. If all
   * start together, they take half as long again.
   */
  warm(): Promise<void>;
  /** Returns the number of running environments by function. */
  environments(): Record<string, number>;
  /** Returns the number of invocations that need a processor, of functions that cannot wait. */
  pressing(): number;
  stop(): Promise<void>;
}

/** Maximum payload and result of a synchronous invoke in Lambda, bytes (6 MB). */
const maxPayloadBytes = 6_291_556;

interface PooledFunction extends LocalFunction {
  pool: Pool;
}

function createPool(f: LocalFunction, options: FunctionsOptions, mayBegin: PoolOptions['mayBegin']): Pool {
  return new Pool({
    data: {
      file: f.file,
      exportName: f.exportName,
      functionName: f.name,
      functionArn: f.arn,
      memoryMb: f.memoryMb,
      time: options.clock.shared,
    },
    variables: () => ({ ...lambdaVariables(f), ...f.environment, ...options.variables(f.environment) }),
    timeoutMs: f.timeoutMs,
    max: f.max,
    mayBegin: f.canWait ? mayBegin : undefined,
    log: options.log ?? (() => {}),
  });
}

const failure = (errorType: string, errorMessage: string): FunctionError =>
  new FunctionError({ errorType, errorMessage, trace: [] });

/**
 * Runs an invocation. Throws a `FunctionError`, also for a payload or result over Lambda's limit.
 */
async function invokePool(pool: Pool, payload: string): Promise<unknown> {
  const result = await pool.invoke(payload);
  if (Buffer.byteLength(result) > maxPayloadBytes)
    throw failure('Function.ResponseSizeTooLarge', 'Response payload size exceeded maximum allowed payload size');
  return JSON.parse(result) as unknown;
}

/** Runs the functions, each in a pool of environments. */
class FunctionPools {
  readonly #options: FunctionsOptions;
  readonly byName: ReadonlyMap<string, PooledFunction>;

  constructor(options: FunctionsOptions) {
    this.#options = options;
    const mayBegin = createSchedulingPolicy(() => this.pressing(), options.processors);
    this.byName = new Map(options.functions.map((f) => [f.name, { ...f, pool: createPool(f, options, mayBegin) }]));
  }

  get pools(): Pool[] {
    return [...this.byName.values()].map(({ pool }) => pool);
  }

  pressing(): number {
    return [...this.byName.values()].reduce((sum, { pool, canWait }) => sum + (canWait ? 0 : pool.pressing), 0);
  }

  find(functionArn: string): PooledFunction {
    const found = this.byName.get(nameOf(functionArn));
    if (!found) throw failure('ResourceNotFoundException', `Function not found: ${functionArn}`);
    return found;
  }

  async run(functionArn: string, payload: string): Promise<unknown> {
    if (Buffer.byteLength(payload) > maxPayloadBytes)
      throw failure('RequestTooLargeException', `Request must be smaller than ${maxPayloadBytes} bytes`);
    const { pool } = this.find(functionArn);
    const { activity, invoked = () => {} } = this.#options;
    return activity.run(() => invokePool(pool, payload).finally(invoked));
  }
}

/** Starts no environment before `warm` or the first invocation. */
export function createFunctions(options: FunctionsOptions): RunningFunctions {
  const functions = new FunctionPools(options);
  const runOnce: Invoke = (functionArn, payload) => functions.run(functionArn, payload);
  const run = options.between?.(runOnce) ?? runOnce;
  const find = (functionArn: string): PooledFunction => functions.find(functionArn);
  const events = new AsyncInvokes({ ...options, invoke: run, policyOf: find });
  return {
    all: options.functions,
    invoke: (functionArn, payload) => run(functionArn, JSON.stringify(payload ?? null)),
    invokeAsync: (functionArn, payload) => events.add(find(functionArn).arn, payload),
    restore: () => events.restore(),
    warm: () => mapConcurrent(functions.pools, availableParallelism(), (pool) => pool.warm()),
    pressing: () => functions.pressing(),
    environments: () => Object.fromEntries([...functions.byName].map(([name, { pool }]) => [name, pool.size])),
    stop: async () => {
      await Promise.all(functions.pools.map((pool) => pool.stop()));
    },
  };
}
