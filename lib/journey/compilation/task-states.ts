import { permanentErrors } from '../../shared/errors.ts';
import { durationMs, daySeconds } from '../../shared/time.ts';
import {
  type AslState,
  type AslCatcher,
  type AslChoiceRule,
  type AslRetrier,
  type AslTaskState,
} from './state-machine-types.ts';
import { type Step } from '../definition/step.ts';
import { maxRetryIntervalMs, defaultRetries } from './step-limits.ts';
import { jsonataLiteral, passThrough, inputWith } from './expressions.ts';

/** Step functions by their name in the infrastructure. */
export type StepFunction = 'send' | 'wait' | 'branch' | 'decide' | 'update' | 'assign' | 'emit' | 'webhook' | 'park';

/** ARN of each step function, or a CDK token for it. */
export type StepFunctions = Record<StepFunction, string>;

/**
 * Timeout of a task, s. Above the functions' own timeout of 30 s, so that Lambda's error comes
 * first.
 */
const functionSeconds = 60;

/** Maximum duration of a pause, s. An execution lives no longer than a year. */
const maxPauseSeconds = 365 * daySeconds;

/**
 * Default retry of a task. `States.TaskFailed` covers all errors except `States.Timeout`, which
 * ends a wait regularly. 2 + 4 + 8 + 16 + 32 s with full jitter outlast a throttled minute.
 */
const defaultRetry = {
  IntervalSeconds: 2,
  BackoffRate: 2,
  MaxAttempts: defaultRetries.attempts,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
} as const;

/**
 * No retry for errors that are permanent, such as a write that DynamoDB rejects. It must be the
 * first retrier, because the first one that names an error decides.
 */
const noRetry: AslRetrier = { ErrorEquals: permanentErrors, MaxAttempts: 0 };

function retryOf(step: Step, ErrorEquals: string[]): AslRetrier[] {
  const own = 'retry' in step ? step.retry : undefined;
  if (!own) return [noRetry, { ErrorEquals, ...defaultRetry }];
  const MaxDelaySeconds = maxRetryIntervalMs / 1_000;
  const IntervalSeconds = Math.min(durationMs(own.interval) / 1_000, MaxDelaySeconds - 1); // which must be less
  return [noRetry, { ErrorEquals, ...defaultRetry, IntervalSeconds, MaxAttempts: own.attempts, MaxDelaySeconds }];
}

/** Options of a task state. */
export interface TaskOptions {
  id: string;
  step: Step;
  fn: string;
  /** Calls with a task token, which must come back within this time, s. */
  waitSeconds?: number;
  /**
   * Next step after all attempts have failed. Without it the execution fails, which raises an
   * alarm.
   */
  onError?: string | undefined;
  /** Additional payload of this step. */
  more?: Record<string, unknown>;
}

/** Builds the payload of a step's function, see `StepCall`. */
function payload(
  id: string,
  { label: _label, ...step }: Step | { kind: string; label?: undefined },
): Record<string, unknown> {
  return {
    enrolment: passThrough,
    stepId: id,
    occurrence: '{% $states.input.run.round %}',
    enteredAt: '{% $states.context.State.EnteredTime %}',
    step: jsonataLiteral(step),
  };
}

const token = { token: '{% $states.context.Task.Token %}' };

/** Compiles the task state that calls a step's function. */
export function compileTask({ id, step, fn, waitSeconds, onError, more }: TaskOptions): Omit<AslTaskState, 'Next'> {
  const waits = waitSeconds !== undefined;
  const catchAll = onError !== undefined && { ErrorEquals: ['States.ALL'], Next: onError, Output: passThrough };
  return {
    Type: 'Task',
    Resource: `arn:aws:states:::lambda:invoke${waits ? '.waitForTaskToken' : ''}`,
    Arguments: { FunctionName: fn, Payload: { ...payload(id, step), ...(waits && token), ...more } },
    Output: passThrough,
    TimeoutSeconds: waitSeconds ?? functionSeconds,
    Retry: retryOf(step, waits ? ['States.TaskFailed'] : ['States.TaskFailed', 'States.Timeout']),
    ...(catchAll && { Catch: [catchAll] }),
  };
}

/** Returns the catcher of a wait for a token that has timed out. */
export const timeoutCatcher = (next: string): AslCatcher => ({
  ErrorEquals: ['States.Timeout'],
  Next: next,
  Output: passThrough,
});

/** Assignment of a guarded task's result, read by the Choice after it. */
export const guardAssigned = { gate: "{% $exists($states.result.Payload.gate) ? $states.result.Payload.gate : '' %}" };

/** Rules of the Choice after a guarded task. */
export const guardRules = (id: string): AslChoiceRule[] => [
  { Condition: "{% $gate = 'hold' %}", Next: `${id}: held` },
  { Condition: "{% $gate = 'move' %}", Next: `${id}: moved` },
];

/**
 * Compiles the states behind a guard: `held` waits while the journey is paused, `moved` ends the
 * execution when the enrolment continues elsewhere or has ended.
 */
export function guardStates(id: string, wait: string): Record<string, AslState> {
  const since = '$states.context.State.EnteredTime';
  return {
    [`${id}: held`]: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: wait, Payload: { ...payload(id, { kind: 'hold' }), ...token } },
      Output: inputWith('run', `{'held': {'stepId': ${JSON.stringify(id)}, 'since': ${since}}}`),
      TimeoutSeconds: maxPauseSeconds,
      Retry: [noRetry, { ErrorEquals: ['States.TaskFailed'], ...defaultRetry }],
      Catch: [timeoutCatcher(id)],
      Next: id,
    },
    [`${id}: moved`]: { Type: 'Succeed', Output: { handedOver: true } },
  };
}

/**
 * Compiles the states that suspend: this execution ends, and a new one starts at step `at` once
 * `until` has come.
 */
export function suspendStates(
  name: string,
  { id, step, fn, until, at }: Pick<TaskOptions, 'id' | 'step' | 'fn'> & { until: string; at: string },
): Record<string, AslState> {
  return {
    [name]: {
      ...compileTask({ id, step, fn, more: { until, at, execution: '{% $states.context.Execution.Id %}' } }),
      Next: `${id}: parked`,
    },
    [`${id}: parked`]: { Type: 'Succeed', Output: { handedOver: true } },
  };
}
