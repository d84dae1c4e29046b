import {
  Continuation,
  type ContinuationDependencies,
  type ContinuationResult,
  startContinuation,
} from '../../../lib/journey/execution/continuation.ts';
import { type Clock, minuteMs } from '../../../lib/shared/time.ts';

interface Dependencies extends ContinuationDependencies {
  clock: Clock;
  /** Waits this many milliseconds. */
  pause: (ms: number) => Promise<void>;
  report: (outcome: ContinuationResult, stay: { enrolmentId: string; journeyId: string; lateMs: number }) => void;
}

/**
 * Maximum wait for a timer that fires early, ms. EventBridge Scheduler is exact to the minute, and
 * the function's timeout allows that.
 */
const mostEarlyMs = minuteMs;

/**
 * Starts the next execution of a suspended enrolment when its timer fires. Idempotent: a timer that
 * fires twice starts one execution.
 */
export function resumeSuspended({ clock, pause, report, ...dependencies }: Dependencies) {
  return async (event: unknown): Promise<{ outcome: ContinuationResult }> => {
    const leg = Continuation.parse(event);
    const late = Date.parse(clock.now()) - Date.parse(leg.until);
    if (late < 0) await pause(Math.min(-late, mostEarlyMs));
    const outcome = await startContinuation(dependencies, leg);
    const { enrolmentId, journeyId } = leg.input;
    report(outcome, { enrolmentId, journeyId, lateMs: Math.max(0, late) });
    return { outcome };
  };
}
