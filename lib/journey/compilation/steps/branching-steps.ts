import { bucketCount, bucketThresholds } from '../../../model/customer-bucket.ts';
import { taskWithChoice, type StepCompiler } from '../compile-context.ts';
import { suspendStates } from '../task-states.ts';
import { toJsonata, quoteJsonata } from '../expressions.ts';

/** Where failing decides the way, a wrong way is worse than none: the execution fails, which is seen and alarmed. */
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

/** The function says which variant, and takes down that this customer has it; −1 is the holdout. */
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
 * Back to an earlier step until the limit; every round has its own number, by which the functions tell one visit of a step from another.
 * A loop whose history would grow too long goes on in a new leg now and then.
 */
export const compileGoTo: StepCompiler<'goTo'> = (id, step, shop) => {
  const key = toJsonata(id);
  const rounds = `$lookup($states.input.run.rounds, ${key})`;
  const taken = `($exists(${rounds}) ? ${rounds} : 0)`;
  const run = `{'round': $states.input.run.round + 1, 'rounds': $merge([$states.input.run.rounds, {${key}: ${taken} + 1}])}`;
  // Who was held in one round is late in that one only.
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
