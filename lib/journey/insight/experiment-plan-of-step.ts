import { type StepOf } from '../definition/step.ts';
import { ExperimentPlan } from '../../report/experiment/experiment-plan.ts';

/** The arm of customers who continue without a variant. */
export const holdout = 'holdout';

/** The metric that counts customers who reached the goal within its window. */
export const goal = 'goal';

/**
 * Returns the plan of a step's experiment. The control is the holdout, or without one the first
 * variant. A `fixed` winner is judged once, at its number of customers. For the other modes the
 * result may be read at any time.
 */
export function planOfStep(
  id: string,
  { variants, guardrails, winner, ...step }: StepOf<'experiment'>,
): ExperimentPlan {
  return ExperimentPlan.parse({
    id,
    arms: [
      ...(step.holdout ? [{ id: holdout, weight: step.holdout.weight }] : []),
      ...variants.map((one) => ({ id: one.id, weight: one.weight })),
    ],
    metric: { id: goal, kind: 'rate' },
    guardrails: guardrails.map(({ name }) => ({ id: name, kind: 'rate', better: 'lower' })),
    method: winner.mode === 'fixed' ? { kind: 'fixed', size: winner.customers } : { kind: 'always-valid' },
  });
}
