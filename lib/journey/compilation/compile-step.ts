import { type Step, type StepOf } from '../definition/step.ts';
import { type CompileContext, type CompiledStates, type StepCompiler } from './compile-context.ts';
import { compileBranch } from './steps/compile-branch.ts';
import { compileDecide } from './steps/compile-decide.ts';
import { compileEmitEvent } from './steps/compile-emit-event.ts';
import { compileExit } from './steps/compile-exit.ts';
import { compileExperiment } from './steps/compile-experiment.ts';
import { compileGoTo } from './steps/compile-go-to.ts';
import { compileHumanTask } from './steps/compile-human-task.ts';
import { compileRandomSplit } from './steps/compile-random-split.ts';
import { compileSend } from './steps/compile-send.ts';
import { compileStartJourney } from './steps/compile-start-journey.ts';
import { compileUpdateProfile } from './steps/compile-update-profile.ts';
import { compileWaitForEvent } from './steps/compile-wait-for-event.ts';
import { compileWait } from './steps/compile-wait.ts';
import { compileWebhook } from './steps/compile-webhook.ts';

/** Compilers by step kind. */
const compilers: { [Kind in Step['kind']]: StepCompiler<Kind> } = {
  send: compileSend,
  wait: compileWait,
  waitForEvent: compileWaitForEvent,
  branch: compileBranch,
  randomSplit: compileRandomSplit,
  experiment: compileExperiment,
  decide: compileDecide,
  updateProfile: compileUpdateProfile,
  emitEvent: compileEmitEvent,
  webhook: compileWebhook,
  humanTask: compileHumanTask,
  startJourney: compileStartJourney,
  goTo: compileGoTo,
  exit: compileExit,
};

/** Compiles a step to its states. */
export function compileStep<Kind extends Step['kind']>(
  id: string,
  step: StepOf<Kind>,
  context: CompileContext,
): CompiledStates {
  const compile = compilers[step.kind];
  return compile(id, step, context);
}
