import { type StepCompiler } from '../compile-context.ts';
import { errorTarget, taskWithChoice } from '../task-with-choice.ts';

/** Compiles an event that is published on the bus. */
export const compileEmitEvent: StepCompiler<'emitEvent'> = (id, step, context) =>
  taskWithChoice({ id, step, fn: context.functions.emit, onError: errorTarget(step) }, context, {
    rules: [],
    otherwise: step.next,
  });
