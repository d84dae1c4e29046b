import { type PauseDependencies, type PauseResult, pauseStep } from '#lib/journey/execution/pause-step.ts';
import { StepCall } from '#lib/journey/execution/step-call.ts';
import {
  type HumanTaskDependencies,
  type HumanTaskResult,
  openHumanTask,
} from '#lib/journey/steps/human-task/open-human-task.ts';
import { computeWaitEnd, type WaitEndDependencies } from '#lib/journey/steps/wait/compute-wait-end.ts';
import {
  registerWait,
  type RegisterWaitDependencies,
  type RegisterWaitResult,
} from '#lib/journey/steps/wait/register-wait.ts';
import { type WaitEnd } from '#lib/journey/steps/wait/wait-until.ts';
import { Rejected } from '#lib/shared/errors.ts';

type Dependencies = RegisterWaitDependencies & WaitEndDependencies & HumanTaskDependencies & PauseDependencies;

type Result = RegisterWaitResult | HumanTaskResult | PauseResult | WaitEnd;

/**
 * The steps `waitForEvent` and `humanTask`, and a step of a paused journey: stores the task token
 * that resumes the execution. The step `wait`: returns the time until which it waits.
 */
export function waitForTouchpoint(dependencies: Dependencies) {
  return async (event: unknown): Promise<Result> => {
    const call = StepCall.parse(event);
    const { kind } = call.step;
    if (kind === 'wait') return computeWaitEnd(dependencies, call);
    if (kind === 'hold') return pauseStep(dependencies, call);
    if (kind === 'waitForEvent') return registerWait(dependencies, call);
    if (kind === 'humanTask') return openHumanTask(dependencies, call);
    throw new Rejected('journey.wrong-step', { stepId: call.stepId, kind });
  };
}
