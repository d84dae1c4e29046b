import { type OpenGoal } from '#lib/model/active-enrolment.ts';
import { addDuration, type Instant } from '#lib/shared/time.ts';
import { type JourneyRecord, winnerOf } from '../../publishing/journey-record.ts';
import { bucketCount, bucketThresholds } from '#lib/model/customer-bucket.ts';
import { type StepOf } from '../../definition/step.ts';
import { type ExecutionInput } from '../../enrolment/execution-input.ts';

type Experiment = StepOf<'experiment'>;

/** Index that means the holdout, which is no variant. */
export const holdoutIndex = -1;

/** Name under which the holdout is counted. */
export const holdoutName = 'holdout';

/**
 * Returns the index of a customer's variant, or −1 for the holdout. It depends on the bucket drawn
 * at entry, so it is the same on every retry and in every version with this salt. Once the
 * experiment has a winner, every customer gets it, also in the holdout.
 */
export function chooseVariant(
  step: Experiment,
  { stepId, bucket, record }: { stepId: string; bucket: number; record: Pick<JourneyRecord, 'winners'> | undefined },
): number {
  const winner = winnerOf(record, stepId, step);
  const won = winner ? step.variants.findIndex(({ id }) => id === winner.variant) : -1;
  if (won >= 0) return won;
  const bounds = bucketThresholds(
    [...step.variants, ...(step.holdout ? [step.holdout] : [])].map(({ weight }) => weight),
  );
  const index = bounds.findIndex((bound) => bucket < bound);
  return index === -1 || index >= step.variants.length ? holdoutIndex : index;
}

/** Returns the id of a variant by its index, or the holdout's name. */
export const variantName = (step: Experiment, index: number): string => step.variants[index]?.id ?? holdoutName;

/**
 * Returns the open goals of a variant: the experiment's goal and each guardrail, from the
 * assignment to the end of the window.
 */
export function goalsOf(
  step: Experiment,
  of: Pick<ExecutionInput, 'enrolmentId' | 'journeyId' | 'version'> & { stepId: string; variant: string; at: Instant },
): OpenGoal[] {
  const { at, enrolmentId, journeyId, version, stepId, variant } = of;
  const common = { enrolmentId, journeyId, version, stepId, variant, since: at, until: addDuration(at, step.window) };
  const rails = step.guardrails.map(({ name, event }): OpenGoal => ({ ...common, guardrail: name, on: event }));
  return [{ ...common, on: step.goal }, ...rails];
}

/** Returns the bucket drawn at entry, or 0 if the execution has none for this step. */
export const bucketIn = (splits: ExecutionInput['splits'], stepId: string): number =>
  Math.min(bucketCount - 1, splits[stepId] ?? 0);
