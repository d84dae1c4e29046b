import {
  Continuation,
  type ContinuationDependencies,
  type ContinuationResult,
  startContinuation,
} from '../../../lib/journey/execution/continuation.ts';
import { type Clock } from '../../../lib/shared/time.ts';

interface Dependencies extends ContinuationDependencies {
  clock: Clock;
  /** Waits so many milliseconds. */
  pause: (ms: number) => Promise<void>;
  report: (outcome: ContinuationResult, stay: { enrolmentId: string; journeyId: string; lateMs: number }) => void;
}

/** Scheduler's times are exact to the minute. Should it ever call before the step's own, that is waited for: within the function's time-out. */
const mostEarlyMs = 60_000;

/** A timer has fired: the next leg of a parked stay begins. Called again, which timers may do, it begins no other. */
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
