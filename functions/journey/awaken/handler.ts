import { type Awoken, type LegDependencies, Parked, startLeg } from '../../../lib/journey/parking.ts';

interface Dependencies extends LegDependencies {
  /** Waits so many milliseconds. */
  pause: (ms: number) => Promise<void>;
  report: (outcome: Awoken, enrolment: { enrolmentId: string; journeyId: string; lateMs: number }) => void;
}

/** A timer's time is exact to the minute. Should it ever call before the step's own, that is waited for: within the function's time-out. */
const mostEarlyMs = 59_000;

/** A timer has fired: the next leg of a parked enrolment begins. Called again, which timers may do, it begins no other. */
export function awaken({ pause, report, ...dependencies }: Dependencies) {
  return async (event: unknown): Promise<{ outcome: Awoken }> => {
    const parked = Parked.parse(event);
    const early = Date.parse(parked.until) - Date.parse(dependencies.clock.now());
    if (early > 0) await pause(Math.min(early, mostEarlyMs));
    const outcome = await startLeg(dependencies, parked);
    const { enrolmentId, journeyId } = parked.input;
    report(outcome, { enrolmentId, journeyId, lateMs: Math.max(0, -early) });
    return { outcome };
  };
}
