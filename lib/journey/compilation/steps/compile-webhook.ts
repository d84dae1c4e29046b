import { type StepCompiler } from '../compile-context.ts';
import { errorTarget, selectResult, taskWithChoice } from '../task-with-choice.ts';

/** Compiles a call of a webhook. Stores the answer's `status` and `body` under `as`. */
export const compileWebhook: StepCompiler<'webhook'> = (id, step, context) => {
  const { as } = step;
  return taskWithChoice({ id, step, fn: context.functions.webhook, onError: errorTarget(step) }, context, {
    rules: [],
    otherwise: step.next,
    ...(as !== undefined && { output: selectResult(as, "$k = 'status' or $k = 'body'") }),
  });
};
