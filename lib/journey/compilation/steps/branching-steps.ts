import { bucketCount, bucketThresholds } from '../../../model/customer-bucket.ts';
import { taskWithChoice, type StepCompiler } from '../compile-context.ts';
import { suspendStates } from '../task-states.ts';
import { toJsonata, quoteJsonata } from '../expressions.ts';

/** No `onError`: a wrong branch is worse than none, so the execution fails and raises an alarm. */
export const compileBranch: StepCompiler<'branch'> = (id, step, shop) =>
  taskWithChoice({ id, step, fn: shop.functions.branch }, shop, {
    assign: { case: '{% $exists($states.result.Payload.case) ? $states.result.Payload.case : -1 %}' },
    rules: step.cases.map(({ next }, i) => ({ Condition: `{% $case = ${i} %}`, Next: next })),
    otherwise: step.otherwise,
  });

export const compileRandomSplit: StepCompiler<'randomSplit'> = (id, { paths }) => {
  const last = paths.at(-1);
  const bounds = bucketThresholds(paths.map(({ weight }) => weight));
  const Choices = paths.slice(0, -1).map(({ next }, i) => ({
    Condition: `{% $lookup($states.input.splits, ${toJsonata(id)}) < ${bounds[i] ?? bucketCount} %}`,
    Next: next,
  }));
  return { [id]: { Type: 'Choice', Choices, Default: last?.next ?? '' } };
};

/** The function returns the variant's index and records the assignment. −1 is the holdout. */
export const compileExperiment: StepCompiler<'experiment'> = (id, { variants, holdout, ...step }, shop) => {
  const variant = variants.map(({ next }, i) => ({ Condition: `{% $variant = ${i} %}`, Next: next }));
  const [first, ...others] = variant;
  const rules = holdout ? variant : others;
  return taskWithChoice(
    { id, step: { ...step, variants, ...(holdout && { holdout }) }, fn: shop.functions.assign },
    shop,
    {
      assign: { variant: '{% $exists($states.result.Payload.variant) ? $states.result.Payload.variant : 0 %}' },
      rules,
      otherwise: holdout?.next ?? first?.Next ?? '',
    },
  );
};

/**
 * Goes back until the limit. Each round has its own number, which separates visits of a step. A
 * loop whose history would grow too long suspends and continues in a new execution.
 */
export const compileGoTo: StepCompiler<'goTo'> = (id, step, shop) => {
  const key = toJsonata(id);
  const rounds = `$lookup($states.input.run.rounds, ${key})`;
  const taken = `($exists(${rounds}) ? ${rounds} : 0)`;
  const run = `{'round': $states.input.run.round + 1, 'rounds': $merge([$states.input.run.rounds, {${key}: ${taken} + 1}])}`;
  // Removes the paused mark, which applies to one round only.
  const before = "$sift($states.input.run, function($v, $k) {$k != 'held'})";
  const Output = `{% $merge([$states.input, {'run': $merge([${before}, ${run}])}]) %}`;
  const back = { Condition: `{% ${taken} < ${step.limit} %}`, Output };
  const perLeg = shop.roundsPerLeg.get(id);
  if (perLeg === undefined)
    return { [id]: { Type: 'Choice', Choices: [{ ...back, Next: step.to }], Default: step.next } };
  const park = `${id}: park`;
  const isLast = `${taken} < ${step.limit} and (${taken} + 1) % ${perLeg} = 0`;
  return {
    [id]: {
      Type: 'Choice',
      Choices: [
        { Condition: `{% ${isLast} %}`, Output, Next: park },
        { ...back, Next: step.to },
      ],
      Default: step.next,
    },
    ...suspendStates(park, {
      id,
      step,
      fn: shop.functions.park,
      until: '{% $states.context.State.EnteredTime %}',
      at: step.to,
    }),
  };
};

export const compileExit: StepCompiler<'exit'> = (id, { outcome }) => ({
  [id]: { Type: 'Succeed', Output: { outcome: quoteJsonata(outcome) } },
});
