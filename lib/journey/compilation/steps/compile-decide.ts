import { type StepCompiler } from '../compile-context.ts';
import { errorTarget, selectResult, taskWithChoice } from '../task-with-choice.ts';

/** Compiles a decision. `because` is for the trace, and is not stored in `vars`. */
export const compileDecide: StepCompiler<'decide'> = (id, step, context) =>
  taskWithChoice({ id, step, fn: context.functions.decide, onError: errorTarget(step) }, context, {
    rules: [],
    otherwise: step.next,
    output: selectResult(step.as, "$k != 'because' and $k != 'gate'"),
  });
