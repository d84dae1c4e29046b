import { isDate } from '../../shared/calendar/wall-time.ts';
import { dayMs, durationMs, minuteMs } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type ContactHours } from '../definition/contact-hours.ts';
import { type Step, type StepOf } from '../definition/step.ts';

/** Default number of retries of a step, and about how long they take together, ms. */
export const defaultRetries = { attempts: 5, takes: 6 * minuteMs };

/** Maximum delay between two attempts, ms. */
export const maxRetryIntervalMs = 2 * dayMs;

const maxAttempts = (step: Step): number =>
  1 + ('retry' in step && step.retry ? step.retry.attempts : defaultRetries.attempts);

/** Returns how long all attempts of a step take together, ms. */
function maxRetryMs(step: Step): number {
  if (!('retry' in step) || !step.retry) return defaultRetries.takes;
  const { attempts, interval } = step.retry;
  const pauses = Array.from({ length: attempts }, (_, i) =>
    Math.min(durationMs(interval) * 2 ** i, maxRetryIntervalMs),
  );
  return pauses.reduce((sum, pause) => sum + pause, defaultRetries.takes);
}

/** Returns the longest run of consecutive closed days in a leap year. Invalid dates are ignored. */
export function longestClosedRun(closed: readonly string[]): number {
  const dates = closed.map((date) => `2024-${date.slice(-5)}`).filter(isDate);
  const days = new Set(dates.map((date) => Math.round(Date.parse(date) / dayMs)));
  const runs = [...days].map((first) => {
    let length = 1;
    while (days.has(first + length)) length++;
    return length;
  });
  return Math.max(0, ...runs);
}

/** Returns how long contact hours may defer a message, ms. */
function maxDeferralMs({ open, closed = [] }: ContactHours = { missingZone: 'workspace' }): number {
  return (1 + (open ? 7 : 0) + longestClosedRun(closed)) * dayMs;
}

/** Returns the maximum duration of a wait within one execution, ms. Longer waits are suspended. */
function maxWaitMs(step: StepOf<'wait'>, parkAfter: number): number {
  if (step.for !== undefined) return durationMs(step.for);
  if (step.between) return Math.max(...step.between.map(durationMs));
  if (step.untilLocal) return Math.min(parkAfter, (step.untilLocal.weekdays ? 8 : 2) * dayMs);
  return parkAfter;
}

/** Returns whether a wait always suspends its execution. */
export function alwaysSuspends(step: Step, parkAfter: number): boolean {
  if (step.kind !== 'wait' || (step.for === undefined && !step.between)) return false;
  return maxWaitMs(step, Infinity) > parkAfter;
}

type Limits = Pick<JourneyDefinition, 'hours' | 'parkAfter'>;

/**
 * Returns the maximum duration of one visit of a step within an execution, ms, without pauses of
 * the journey.
 */
export function maxDurationMs(step: Step, { hours, parkAfter }: Limits): number {
  switch (step.kind) {
    case 'wait':
      return maxWaitMs(step, durationMs(parkAfter));
    case 'waitForEvent':
    case 'humanTask':
      return durationMs(step.timeout);
    case 'randomSplit':
    case 'goTo':
    case 'exit':
      return 0;
    case 'send':
      return maxRetryMs(step) + (step.purpose === 'marketing' ? maxDeferralMs(hours) : 0);
    default:
      return maxRetryMs(step);
  }
}

/** History events of one attempt of a task: scheduled, started, submitted, failed or succeeded. */
const eventsPerAttempt = 4;

/**
 * Returns the maximum number of history events of one visit, with helper states. A trait that moves
 * during a wait costs more, at most once a day, which the reserve of a segment covers.
 */
export function maxHistoryEvents(step: Step): number {
  switch (step.kind) {
    case 'wait':
      return 16 + 2 * maxAttempts(step) * eventsPerAttempt; // the end may be computed twice
    case 'randomSplit':
    case 'exit':
      return 3;
    case 'goTo':
      return 6 + maxAttempts(step) * eventsPerAttempt; // with the task that starts the next execution
    default:
      return 10 + maxAttempts(step) * eventsPerAttempt; // the task, its choice, and a wait for contact hours
  }
}
