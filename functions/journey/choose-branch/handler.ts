import { StepCall } from '#lib/journey/execution/step-call.ts';
import { type BranchDependencies, type BranchResult, chooseCase } from '#lib/journey/steps/branch/choose-case.ts';

/** The step `branch`: returns the index of the first case that matches (`chooseCase`). */
export function chooseBranch(dependencies: BranchDependencies) {
  return async (event: unknown): Promise<BranchResult> => chooseCase(dependencies, StepCall.parse(event));
}
