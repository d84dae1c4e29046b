import { type OpenGoal } from '../../../model/active-enrolment.ts';
import { addDuration, type Instant } from '../../../shared/time.ts';
import { type JourneyRecord, winnerOf } from '../../publishing/journey-record.ts';
import { bucketCount, bucketThresholds } from '../../../model/customer-bucket.ts';
import { type StepOf } from '../../definition/step.ts';
import { type ExecutionInput } from '../../enrolment/execution-input.ts';

type Experiment = StepOf<'experiment'>;

/** Index in a place of the holdout, which is no variant. */
export const holdoutIndex = -1;

/** Under which the holdout is counted. */
export const holdoutName = 'holdout';

/**
 * The variant of a customer, by index; −1: the holdout. By the bucket drawn at entry, so the same for every try and for every version with
 * this salt. Once the experiment is won everybody gets the winner, those held back too.
 */
export function chooseVariant(
  step: Experiment,
  { stepId, bucket, head }: { stepId: string; bucket: number; head: Pick<JourneyRecord, 'winners'> | undefined },
): number {
  const winner = winnerOf(head, stepId, step);
  const won = winner ? step.variants.findIndex(({ id }) => id === winner.variant) : -1;
  if (won >= 0) return won;
  const bounds = bucketThresholds(
    [...step.variants, ...(step.holdout ? [step.holdout] : [])].map(({ weight }) => weight),
  );
  const place = bounds.findIndex((bound) => bucket < bound);
  return place === -1 || place >= step.variants.length ? holdoutIndex : place;
}

export const variantName = (step: Experiment, index: number): string => step.variants[index]?.id ?? holdoutName;

/** What is counted for a variant from its assignment on: the goal, and each guard rail. */
export function goalsOf(
  step: Experiment,
  of: Pick<ExecutionInput, 'enrolmentId' | 'journeyId' | 'version'> & { stepId: string; variant: string; at: Instant },
): OpenGoal[] {
  const { at, enrolmentId, journeyId, version, stepId, variant } = of;
  const common = { enrolmentId, journeyId, version, stepId, variant, since: at, until: addDuration(at, step.window) };
  const rails = step.guardrails.map(({ name, event }): OpenGoal => ({ ...common, guardrail: name, on: event }));
  return [{ ...common, on: step.goal }, ...rails];
}

/** A bucket for whoever came into this step by another way than through the door of this version. */
export const bucketIn = (splits: ExecutionInput['splits'], stepId: string): number =>
  Math.min(bucketCount - 1, splits[stepId] ?? 0);
