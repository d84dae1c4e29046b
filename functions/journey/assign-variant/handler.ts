import { StepCall } from '#lib/journey/execution/step-call.ts';
import {
  assignExperimentVariant,
  type AssignDependencies,
  type AssignResult,
} from '#lib/journey/steps/assign/assign-variant.ts';

/** The step `experiment`: returns the customer's variant (`assignExperimentVariant`). */
export function assignVariant(dependencies: AssignDependencies) {
  return async (event: unknown): Promise<AssignResult> => assignExperimentVariant(dependencies, StepCall.parse(event));
}
