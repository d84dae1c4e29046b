import { type StepCompiler } from '../compile-context.ts';
import { errorTarget, taskWithChoice } from '../task-with-choice.ts';

/** Compiles a change of traits. */
export const compileUpdateProfile: StepCompiler<'updateProfile'> = (id, step, context) =>
  taskWithChoice({ id, step, fn: context.functions.update, onError: errorTarget(step) }, context, {
    rules: [],
    otherwise: step.next,
  });
