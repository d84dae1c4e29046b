import { matches } from '#lib/predicate/evaluate.ts';
import { profileSummaryForTrace } from '#lib/profile/views/profile-summary.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { type Clock } from '#lib/shared/time.ts';
import { type StepCall, stepOf } from '../../execution/step-call.ts';
import { type StepBlocked } from '../../execution/step-guard.ts';
import { type GuardedStepDependencies, readGuardedProfile } from '../guarded-profile.ts';

/** The stores and the clock that a branch uses. */
export interface BranchDependencies extends GuardedStepDependencies {
  clock: Clock;
}

/** Index of the chosen case, or −1. `because` has the result of each case. */
export type BranchResult = { case: number; because: JsonObject } | StepBlocked;

/**
 * Returns the index of the first case that the customer matches, or −1. Read-only. A retry may read
 * a newer profile.
 */
export async function chooseCase(dependencies: BranchDependencies, call: StepCall): Promise<BranchResult> {
  const guarded = await readGuardedProfile(dependencies, call);
  if ('blocked' in guarded) return guarded.blocked;
  const { profile } = guarded;
  const context = { profile, now: dependencies.clock.now() };
  const met = stepOf(call, 'branch').cases.map(({ when }) => matches(when, context));
  return { case: met.indexOf(true), because: { met, ...profileSummaryForTrace(profile) } };
}
