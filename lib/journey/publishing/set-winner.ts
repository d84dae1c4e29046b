import { omitBy } from '../../shared/records.ts';
import { NotFound, Rejected } from '../../shared/errors.ts';
import { type Instant } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type StepOf } from '../definition/step.ts';
import { type JourneyRecord, type Winner } from './journey-record.ts';

/**
 * Returns the experiment of a step in the first definition that has the step. Throws
 * `journey.unknown-experiment`, and `journey.unknown-variant` for a variant it does not have.
 */
export function findExperiment(
  definitions: readonly JourneyDefinition[],
  stepId: string,
  { journeyId, variant }: { journeyId: string; variant: string | null },
): StepOf<'experiment'> {
  const [step] = definitions.flatMap(({ steps }) => steps[stepId] ?? []);
  if (step?.kind !== 'experiment') throw new NotFound('journey.unknown-experiment', { journeyId, stepId });
  const variants = step.variants.map(({ id }) => id);
  if (variant !== null && !variants.includes(variant))
    throw new Rejected('journey.unknown-variant', { stepId, variants });
  return step;
}

/**
 * Returns the journey record with a variant as the winner of a step's experiment. `null` removes
 * the winner. Returns the same object if nothing changes, as on a retry.
 */
export function setWinner(
  record: JourneyRecord,
  { stepId, salt, variant }: { stepId: string; salt: string; variant: string | null },
  now: Instant,
): JourneyRecord {
  const { winners } = record;
  const before = winners[stepId];
  if (variant === null) return before ? { ...record, winners: omitBy(winners, (_, id) => id === stepId) } : record;
  if (before?.variant === variant && before.salt === salt) return record;
  const winner: Winner = { variant, salt, by: 'manual', at: now };
  return { ...record, winners: { ...omitBy(winners, (_, id) => id === stepId), [stepId]: winner } };
}
