import { type StepCompiler } from '../compile-context.ts';
import { errorTarget, taskWithChoice } from '../task-with-choice.ts';

/** Compiles a request to enter another journey. */
export const compileStartJourney: StepCompiler<'startJourney'> = (id, step, context) =>
  taskWithChoice({ id, step, fn: context.functions.emit, onError: errorTarget(step) }, context, {
    rules: [],
    otherwise: step.next,
  });
