import { StepCall } from '#lib/journey/execution/step-call.ts';
import {
  setTraits,
  type UpdateProfileDependencies,
  type UpdateProfileResult,
} from '#lib/journey/steps/update-profile/set-traits.ts';

/** The step `updateProfile`: sets traits dated at the entry of the step (`setTraits`). */
export function updateProfileStep(dependencies: UpdateProfileDependencies) {
  return async (event: unknown): Promise<UpdateProfileResult> => setTraits(dependencies, StepCall.parse(event));
}
