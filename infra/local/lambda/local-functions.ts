import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { mapConcurrent } from '../../../lib/shared/concurrency.ts';
import { type QuiescenceTracker } from '../../../lib/states-language/quiescence-tracker.ts';
import { AsyncInvokes, type AsyncDependencies } from './async-invokes.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { FunctionError } from './environment.ts';
import { account, region } from '../template/intrinsics.ts';
import { type Journal } from '../journal/open-journal.ts';
import { Pool } from './environment-pool.ts';
import { type StackTemplate } from '../template/template.ts';
import { createSchedulingPolicy } from './scheduling-policy.ts';

export { FunctionError } from './environment.ts';

export interface LocalInvoker {
  /** Runs the function whose ARN or name this is, waits for its result. Throws `FunctionError` when it failed, as Lambda would report it. */
  invoke(functionArn: string, payload: unknown): Promise<unknown>;
  /**
   * Lambda's asynchronous invoke: persisted in the journal first, then run with the template's retries and on-failure destination, at
   * least once, also after a kill.
   */
  invokeAsync(functionArn: string, payload: unknown): void;
}

/** Invokes a function by ARN or name: JSON in, its result out. Throws `FunctionError`. */
export type Invoke = (functionArn: string, payload: string) => Promise<unknown>;

/** A function of the template as it runs here. */
export interface LocalFunction {
  name: string;
  arn: string;
  /** The bundle and its export. */
  file: string;
  exportName: string;
  timeoutMs: number;
  memoryMb: number;
  environment: Record<string, string>;
  maxRetries: number;
  maxAgeMs: number;
  onFailureArn?: string | undefined;
  deadLetterArn?: string | undefined;
  /** Most environments at a time. */
  max: number;
  /** Whether others go first when the machine is short of processors. */
  canWait: boolean;
}

export interface FunctionsOptions {
  functions: LocalFunction[];
  journal: Journal;
  clock: VirtualClock;
  activity: QuiescenceTracker;
  /** As many as this machine has unless told. */
  processors?: number | undefined;
  /** Variables a function gets besides its own, or in their place: where the local services are. Asked when an environment starts. */
  variables: (own: Record<string, string>) => Record<string, string>;
  sendToQueue: AsyncDependencies['sendToQueue'];
  /** Called after each invocation: it may have written to the table. */
  invoked?: () => void;
  /** Stands between whatever triggers functions and each of their runs, first or repeated: for tests of redelivery and of crashes. */
  between?: ((invoke: Invoke) => Invoke) | undefined;
  log?: (functionName: string, text: string) => void;
}

export interface RunningFunctions extends LocalInvoker {
  readonly all: readonly LocalFunction[];
  /** Runs asynchronous invocations that an earlier run left. Call it once everything that functions reach is up. */
  restore(): void;
  /** Starts one environment of each, as many at a time as there are processors: threads that start all together take half as long again. */
  warm(): Promise<void>;
  /** Environments that run at the moment, by function. */
  environments(): Record<string, number>;
  /** Invocations that need a processor, of functions that somebody waits for. */
  pressing(): number;
  stop(): Promise<void>;
}

/** Maximum payload and result of a synchronous invoke in Lambda, bytes (6 MB). */
const maxPayloadBytes = 6_291_556;

/**
 * Default environments of one function: enough for two cores, where more threads wait for each
 * other.
 */
const defaultEnvironments = 4;

/**
 * The functions of the template. Their bundles are in the assembly, in immutable folders named by
 * content.
 */
export function localFunctions(template: StackTemplate, environments = defaultEnvironments): LocalFunction[] {
  return template.functions.map((f) => {
    const config = template.invokeConfigs.find(({ functionName }) => nameOf(functionName) === f.ref);
    const [file = 'index', exportName = 'handler'] = f.handler.split('.');
    const folder = f.codeKey === undefined ? '' : `asset.${f.codeKey.replace(/\.zip$/, '')}`;
    return {
      name: f.ref,
      arn: f.arn,
      file: join(template.directory, folder, `${file}.mjs`),
      exportName,
      timeoutMs: f.timeoutMs,
      memoryMb: f.memoryMb,
      environment: f.environment,
      maxRetries: config?.maxRetries ?? 2,
      maxAgeMs: config?.maxAgeMs ?? 21_600_000,
      onFailureArn: config?.onFailureArn,
      deadLetterArn: f.deadLetterArn,
      max: Math.min(f.reservedConcurrency ?? environments, environments),
      canWait: f.canWait,
    };
  });
}

/** Returns the name in an ARN without version or alias. A bare name is returned unchanged. */
const nameOf = (functionArn: string): string =>
  functionArn.startsWith('arn:') ? (functionArn.split(':')[6] ?? '') : (functionArn.split(':')[0] ?? '');

/** Variables that Lambda sets. The credentials are not valid anywhere. */
const lambdaVariables = ({ name, memoryMb, exportName }: LocalFunction): Record<string, string> => ({
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCOUNT_ID: account,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  // No AWS configuration of the developer reaches a function.
  AWS_CONFIG_FILE: '/nowhere',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
  _HANDLER: `index.${exportName}`,
  TZ: ':UTC',
});

export function createFunctions(options: FunctionsOptions): RunningFunctions {
  const { functions, clock, activity, log = () => {}, invoked = () => {} } = options;
  const mayBegin = createSchedulingPolicy(pressing, options.processors);
  const byName = new Map(functions.map((f) => [f.name, { ...f, pool: poolOf(f) }]));

  function poolOf(f: LocalFunction): Pool {
    return new Pool({
      data: {
        file: f.file,
        exportName: f.exportName,
        functionName: f.name,
        functionArn: f.arn,
        memoryMb: f.memoryMb,
        time: clock.shared,
      },
      variables: () => ({ ...lambdaVariables(f), ...f.environment, ...options.variables(f.environment) }),
      timeoutMs: f.timeoutMs,
      max: f.max,
      mayBegin: f.canWait ? mayBegin : undefined,
      log,
    });
  }

  function pressing(): number {
    return [...byName.values()].reduce((sum, { pool, canWait }) => sum + (canWait ? 0 : pool.pressing), 0);
  }

  function find(functionArn: string) {
    const found = byName.get(nameOf(functionArn));
    if (!found) throw failure('ResourceNotFoundException', `Function not found: ${functionArn}`);
    return found;
  }

  async function runOnce(functionArn: string, payload: string): Promise<unknown> {
    if (Buffer.byteLength(payload) > maxPayloadBytes)
      throw failure('RequestTooLargeException', `Request must be smaller than ${maxPayloadBytes} bytes`);
    const { pool } = find(functionArn);
    return activity.run(async () => {
      try {
        const result = await pool.invoke(payload);
        if (Buffer.byteLength(result) > maxPayloadBytes)
          throw failure('Function.ResponseSizeTooLarge', 'Response payload size exceeded maximum allowed payload size');
        return JSON.parse(result) as unknown;
      } finally {
        invoked();
      }
    });
  }

  const run = options.between?.(runOnce) ?? runOnce;
  const events = new AsyncInvokes({ ...options, invoke: run, policyOf: find });

  return {
    all: functions,
    invoke: (functionArn, payload) => run(functionArn, JSON.stringify(payload ?? null)),
    invokeAsync: (functionArn, payload) => events.add(find(functionArn).arn, payload),
    restore: () => events.restore(),
    warm: () => mapConcurrent([...byName.values()], availableParallelism(), ({ pool }) => pool.warm()),
    pressing,
    environments: () => Object.fromEntries([...byName].map(([name, { pool }]) => [name, pool.size])),
    stop: async () => {
      await Promise.all([...byName.values()].map(({ pool }) => pool.stop()));
    },
  };
}

const failure = (errorType: string, errorMessage: string): FunctionError =>
  new FunctionError({ errorType, errorMessage, trace: [] });
