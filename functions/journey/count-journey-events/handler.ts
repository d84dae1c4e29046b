import * as z from 'zod';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import {
  decideRunningExperiment,
  type ExperimentDependencies,
} from '#lib/journey/insight/decide-running-experiment.ts';
import { type StatsIncrement } from '#lib/journey/insight/journey-stats-store.ts';
import { events } from '#lib/model/bus-events.ts';

const Envelope = z.object({
  'detail-type': z.enum(['EnrolmentStarted', 'EnrolmentEnded', 'GoalReached', 'VariantAssigned']),
});

function readEvent(envelope: unknown): StatsIncrement {
  const { 'detail-type': name } = Envelope.parse(envelope);
  const { detail } = z.object({ detail: events[name] }).parse(envelope);
  return { name, detail } as StatsIncrement; // the schema was picked by the name
}

/**
 * Outcome of a call: `again` was counted before, `won` also decided an experiment, `test` is a test
 * enrolment and not counted.
 */
type Outcome = 'counted' | 'again' | 'won' | 'test';

/**
 * Counts the events of a journey, each once. After an event of an experiment with automatic winners
 * it checks whether the counts decide it (`decideRunningExperiment`).
 */
export function countJourneyEvent(dependencies: ExperimentDependencies) {
  const { stats, clock } = dependencies;
  return async (envelope: unknown): Promise<Outcome> => {
    const event = readEvent(envelope);
    if ('test' in event.detail && event.detail.test) return 'test';
    const counted = await stats.count(event);
    const outcome = (await decideRunningExperiment(dependencies, event)) ? 'won' : counted;
    const { journeyId } = event.detail;
    writeLine(metricLine('count', { [outcome]: 1 }, { now: Date.parse(clock.now()), journeyId, event: event.name }));
    return outcome;
  };
}
