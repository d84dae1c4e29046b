import * as z from 'zod';
import { metricLine, writeLine } from '../../../lib/aws/metrics.ts';
import { events } from '../../../lib/model/bus-events.ts';
import { experimentOf } from '../../../lib/journey/insight/running-experiment.ts';
import { type JourneyStore } from '../../../lib/journey/publishing/journey-store.ts';
import { type StatsIncrement, type StatsStore } from '../../../lib/journey/insight/journey-stats-store.ts';
import { decideExperimentWinner } from '../../../lib/journey/insight/experiment-winner.ts';
import { type Clock } from '../../../lib/shared/time.ts';

interface Dependencies {
  stats: StatsStore;
  journeys: JourneyStore;
  clock: Clock;
}

const Envelope = z.object({
  'detail-type': z.enum(['EnrolmentStarted', 'EnrolmentEnded', 'GoalReached', 'VariantAssigned']),
});

function readEvent(envelope: unknown): StatsIncrement {
  const { 'detail-type': name } = Envelope.parse(envelope);
  const { detail } = z.object({ detail: events[name] }).parse(envelope);
  return { name, detail } as StatsIncrement; // the schema was picked by the name
}

/**
 * Looks for a winner after each goal, and after one in eight assignments: a goal moves the result,
 * an assignment hardly does.
 */
const everyNth = 8;

const isLook = ({ name, detail }: StatsIncrement): boolean =>
  name === 'GoalReached' || parseInt(detail.id.slice(0, 4), 16) % everyNth === 0;

/**
 * Outcome of a call: `again` was counted before, `won` also decided an experiment, `test` is a test
 * enrolment and not counted.
 */
type Outcome = 'counted' | 'again' | 'won' | 'test';

/**
 * Counts the events of a journey, each once. After an event of an experiment with automatic winners
 * it checks whether the counts decide it. The winner is written over the journey record as read, so
 * concurrent checks decide once. After a crash between count and check the next event checks.
 */
export function countJourneyEvent({ stats, journeys, clock }: Dependencies) {
  async function look(event: StatsIncrement): Promise<boolean> {
    const { workspace, journeyId, version } = event.detail;
    const stepId = 'stepId' in event.detail ? event.detail.stepId : undefined;
    if (stepId === undefined || !isLook(event)) return false;
    const experiment = await experimentOf({ stats, journeys }, { workspace, journeyId, version, stepId });
    const head = await journeys.readRecord(workspace, journeyId);
    if (!experiment || !head) return false;
    const next = decideExperimentWinner(head, { stepId, ...experiment, now: clock.now() });
    return next !== head && (await journeys.saveRecord(workspace, next)) && next.winners !== head.winners;
  }

  return async (envelope: unknown): Promise<Outcome> => {
    const event = readEvent(envelope);
    if ('test' in event.detail && event.detail.test) return 'test';
    const counted = await stats.count(event);
    const outcome = (await look(event)) ? 'won' : counted;
    const { journeyId } = event.detail;
    writeLine(metricLine('count', { [outcome]: 1 }, { now: Date.parse(clock.now()), journeyId, event: event.name }));
    return outcome;
  };
}
