import { type StepCompiler } from '../compile-context.ts';
import { taskWithChoice } from '../task-with-choice.ts';

/**
 * Compiles an experiment. The function returns the variant's index and records the assignment. −1
 * is the holdout.
 */
export const compileExperiment: StepCompiler<'experiment'> = (id, step, context) => {
  const { variants, holdout } = step;
  const [first, ...others] = variants.map(({ next }, i) => ({ Condition: `{% $variant = ${i} %}`, Next: next }));
  const rules = holdout && first ? [first, ...others] : others;
  return taskWithChoice({ id, step, fn: context.functions.assign }, context, {
    assign: { variant: '{% $exists($states.result.Payload.variant) ? $states.result.Payload.variant : 0 %}' },
    rules,
    otherwise: holdout?.next ?? first?.Next ?? '',
  });
};
