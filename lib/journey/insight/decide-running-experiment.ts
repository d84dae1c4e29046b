import { type Clock } from '../../shared/time.ts';
import { type JourneyStore } from '../publishing/journey-store.ts';
import { decideExperimentWinner } from './experiment-winner.ts';
import { type StatsIncrement, type StatsStore } from './journey-stats-store.ts';
import { experimentOf } from './running-experiment.ts';

/** The stores and the clock that a look at an experiment uses. */
export interface ExperimentDependencies {
  stats: StatsStore;
  journeys: JourneyStore;
  clock: Clock;
}

/**
 * Looks for a winner after each goal, and after one in eight assignments: a goal moves the result,
 * an assignment hardly does.
 */
const assignmentsPerLook = 8;

/** Returns whether an event is followed by a look. Decided by its id, so a retry agrees. */
export const isLookDue = ({ name, detail }: StatsIncrement): boolean =>
  name === 'GoalReached' || parseInt(detail.id.slice(0, 4), 16) % assignmentsPerLook === 0;

/**
 * Checks whether the counts decide the experiment of a counted event, and writes the winner over
 * the journey record as read, so concurrent checks decide once. Returns true if this call decided
 * it. After a crash between count and check the next event checks.
 */
export async function decideRunningExperiment(
  { stats, journeys, clock }: ExperimentDependencies,
  event: StatsIncrement,
): Promise<boolean> {
  const { workspace, journeyId, version } = event.detail;
  const stepId = 'stepId' in event.detail ? event.detail.stepId : undefined;
  if (stepId === undefined || !isLookDue(event)) return false;
  const experiment = await experimentOf({ stats, journeys }, { workspace, journeyId, version, stepId });
  const record = await journeys.readRecord(workspace, journeyId);
  if (!experiment || !record) return false;
  const next = decideExperimentWinner(record, { stepId, ...experiment, now: clock.now() });
  const isWritten = next !== record && (await journeys.saveRecord(workspace, next));
  return isWritten && next.winners !== record.winners;
}
