import {
  Continuation,
  type ContinuationDependencies,
  type ContinuationResult,
  startContinuation,
} from '#lib/journey/execution/continuation.ts';
import { type Clock, minuteMs, msBetween } from '#lib/shared/time.ts';

interface Dependencies extends ContinuationDependencies {
  clock: Clock;
  /** Waits this many milliseconds. */
  pause: (ms: number) => Promise<void>;
  report: (outcome: ContinuationResult, enrolment: { enrolmentId: string; journeyId: string; lateMs: number }) => void;
}

/**
 * Maximum wait for a timer that fires early, ms. EventBridge Scheduler is exact to the minute, and
 * the function's timeout allows that.
 */
const maxEarlyMs = minuteMs;

/**
 * Starts the next execution of a suspended enrolment when its timer fires. Idempotent: a timer that
 * fires twice starts one execution.
 */
export function resumeSuspended({ clock, pause, report, ...dependencies }: Dependencies) {
  return async (event: unknown): Promise<{ outcome: ContinuationResult }> => {
    const continuation = Continuation.parse(event);
    const lateMs = msBetween(continuation.until, clock.now());
    if (lateMs < 0) await pause(Math.min(-lateMs, maxEarlyMs));
    const outcome = await startContinuation(dependencies, continuation);
    const { enrolmentId, journeyId } = continuation.input;
    report(outcome, { enrolmentId, journeyId, lateMs: Math.max(0, lateMs) });
    return { outcome };
  };
}
