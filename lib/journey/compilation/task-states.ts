import { permanentErrors } from '../../shared/errors.ts';
import { durationMs } from '../../shared/time.ts';
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

/** The functions that carry out steps, by the name the infrastructure knows them by. */
export type StepFunction = 'send' | 'wait' | 'branch' | 'decide' | 'update' | 'assign' | 'emit' | 'webhook' | 'park';

/** ARN (or token that stands for it) of each step function. */
export type StepFunctions = Record<StepFunction, string>;

/** Seconds a function may take: above the functions' own time-out (30 s), so that Lambda's own answer comes first. */
const functionSeconds = 60;

/** An execution lives no longer than a year; neither does a pause. Seconds. */
const longestHold = 365 * 86_400;

/**
 * Every failure but a time-out of a wait, which is no failure: `States.TaskFailed` stands for all errors except `States.Timeout`.
 * 2 + 4 + 8 + 16 + 32 s with full jitter sit out a throttled minute.
 */
const usualRetry = {
  IntervalSeconds: 2,
  BackoffRate: 2,
  MaxAttempts: defaultRetries.attempts,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
} as const;

/**
 * A write that DynamoDB will never take, or a step that is not as it should be, fails at once. The first retrier that names an error
 * decides, so this one stands before the others.
 */
const neverAgain: AslRetrier = { ErrorEquals: permanentErrors, MaxAttempts: 0 };

function retryOf(step: Step, ErrorEquals: string[]): AslRetrier[] {
  const own = 'retry' in step ? step.retry : undefined;
  if (!own) return [neverAgain, { ErrorEquals, ...usualRetry }];
  const MaxDelaySeconds = maxRetryIntervalMs / 1_000;
  const IntervalSeconds = Math.min(durationMs(own.interval) / 1_000, MaxDelaySeconds - 1); // which must be less
  return [neverAgain, { ErrorEquals, ...usualRetry, IntervalSeconds, MaxAttempts: own.attempts, MaxDelaySeconds }];
}

export interface TaskOptions {
  id: string;
  step: Step;
  fn: string;
  /** With a task token, which is answered within so many seconds or never. */
  waitSeconds?: number;
  /** Where to go when it still fails after all tries; without it the execution fails, which is seen and alarmed. */
  onError?: string;
  /** More for the function than every step's gets. */
  more?: Record<string, unknown>;
}

/** What a step's function gets: `StepCall`. */
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

/** The task that calls a step's function. */
export function compileTask({ id, step, fn, waitSeconds, onError, more }: TaskOptions): Omit<AslTaskState, 'Next'> {
  const waits = waitSeconds !== undefined;
  const Catch: AslCatcher[] =
    onError === undefined ? [] : [{ ErrorEquals: ['States.ALL'], Next: onError, Output: passThrough }];
  return {
    Type: 'Task',
    Resource: `arn:aws:states:::lambda:invoke${waits ? '.waitForTaskToken' : ''}`,
    Arguments: { FunctionName: fn, Payload: { ...payload(id, step), ...(waits && token), ...more } },
    Output: passThrough,
    TimeoutSeconds: waitSeconds ?? functionSeconds,
    Retry: retryOf(step, waits ? ['States.TaskFailed'] : ['States.TaskFailed', 'States.Timeout']),
    ...(Catch.length > 0 && { Catch }),
  };
}

/** What a gated task assigns, for the choice after it. */
export const guardAssigned = { gate: "{% $exists($states.result.Payload.gate) ? $states.result.Payload.gate : '' %}" };

export const guardRules = (id: string): AslChoiceRule[] => [
  { Condition: "{% $gate = 'hold' %}", Next: `${id}: held` },
  { Condition: "{% $gate = 'move' or $gate = 'left' %}", Next: `${id}: moved` },
];

/** Where a gated step goes when the journey is paused, until it is resumed; and when the customer goes on elsewhere. */
export function guardStates(id: string, wait: string): Record<string, AslState> {
  const since = '$states.context.State.EnteredTime';
  return {
    [`${id}: held`]: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: wait, Payload: { ...payload(id, { kind: 'hold' }), ...token } },
      Output: inputWith('run', `{'held': {'stepId': ${JSON.stringify(id)}, 'since': ${since}}}`),
      TimeoutSeconds: longestHold,
      Retry: [neverAgain, { ErrorEquals: ['States.TaskFailed'], ...usualRetry }],
      Catch: [{ ErrorEquals: ['States.Timeout'], Next: id, Output: passThrough }],
      Next: id,
    },
    [`${id}: moved`]: { Type: 'Succeed', Output: { handedOver: true } },
  };
}

/** States `name` and what follows it: this leg ends, and another takes over at step `at` when `until` has come. */
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
