import { type StepOf } from '../definition/step.ts';
import { ExperimentPlan } from '../../report/experiment/experiment-plan.ts';

/** Arm of those who go on without any variant. */
export const holdout = 'holdout';

/** The metric that counts who reached the goal inside its window. */
export const goal = 'goal';

/**
 * The experiment of a journey's step. The holdout is the control where there is one, else the first variant. One that ends at a number of
 * customers is judged there, once; any other may be looked at whenever one likes.
 */
export function planOfStep(
  id: string,
  { variants, holdout: held, guardrails, winner }: StepOf<'experiment'>,
): ExperimentPlan {
  return ExperimentPlan.parse({
    id,
    arms: [
      ...(held ? [{ id: holdout, weight: held.weight }] : []),
      ...variants.map((one) => ({ id: one.id, weight: one.weight })),
    ],
    metric: { id: goal, kind: 'rate' },
    guardrails: guardrails.map(({ name }) => ({ id: name, kind: 'rate', better: 'lower' })),
    method: winner.mode === 'fixed' ? { kind: 'fixed', size: winner.customers } : { kind: 'always-valid' },
  });
}
