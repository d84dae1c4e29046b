import { type Profile } from '../../model/profile.ts';
import { type ProfileStore } from '../../profile/profile-store.ts';
import { NotFound } from '../../shared/errors.ts';
import { type StepCall } from '../execution/step-call.ts';
import { type StepBlocked, type StepGuard } from '../execution/step-guard.ts';

/** What a step's function needs to begin. */
export interface GuardedStepDependencies {
  profiles: Pick<ProfileStore, 'get'>;
  gate: StepGuard;
}

/**
 * Reads the customer of a call and asks the step guard. Returns `blocked` if the step must not run
 * now. Throws `NotFound('customer.unknown')` if there is no profile.
 */
export async function readGuardedProfile(
  { profiles, gate }: GuardedStepDependencies,
  call: StepCall,
): Promise<{ profile: Profile } | { blocked: StepBlocked }> {
  const profile = await profiles.get(call.enrolment);
  if (!profile) throw new NotFound('customer.unknown', { enrolmentId: call.enrolment.enrolmentId });
  const blocked = await gate(call, profile);
  return blocked ? { blocked } : { profile };
}
