import { type StepCompiler } from '../compile-context.ts';
import { taskWithChoice } from '../task-with-choice.ts';

/**
 * Compiles a branch. It has no `onError`: a wrong branch is worse than none, so the execution fails
 * and raises an alarm.
 */
export const compileBranch: StepCompiler<'branch'> = (id, step, context) =>
  taskWithChoice({ id, step, fn: context.functions.branch }, context, {
    assign: { case: '{% $exists($states.result.Payload.case) ? $states.result.Payload.case : -1 %}' },
    rules: step.cases.map(({ next }, i) => ({ Condition: `{% $case = ${i} %}`, Next: next })),
    otherwise: step.otherwise,
  });
