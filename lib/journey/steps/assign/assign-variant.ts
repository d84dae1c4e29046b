import { type Profile } from '#lib/model/profile.ts';
import { addGoals } from '#lib/profile/facts/open-goals.ts';
import { type ProfileStore, type ProfileWrite } from '#lib/profile/profile-store.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { compact } from '#lib/shared/records.ts';
import { type StepCall, stepOf } from '../../execution/step-call.ts';
import { type StepBlocked } from '../../execution/step-guard.ts';
import { winnerOf } from '../../publishing/journey-record.ts';
import { type JourneyStore } from '../../publishing/journey-store.ts';
import { type GuardedStepDependencies, readGuardedProfile } from '../guarded-profile.ts';
import { bucketIn, chooseVariant, goalsOf, variantName } from './choose-variant.ts';

/** The stores that an assignment uses. */
export interface AssignDependencies extends GuardedStepDependencies {
  profiles: ProfileStore;
  journeys: Pick<JourneyStore, 'readRecord'>;
}

/** Index of the variant, or −1 for the holdout. */
export type AssignResult = { variant: number; because: JsonObject } | StepBlocked;

/**
 * Returns the profile with the assignment, its goals and its signal. Returns undefined if the
 * customer was assigned before or has left.
 */
export function addAssignment(profile: Profile, call: StepCall, variant: string): ProfileWrite | undefined {
  const { enrolment, stepId, enteredAt: at } = call;
  const { enrolmentId, journeyId, version } = enrolment;
  const { [enrolmentId]: active, ...others } = profile.journeys;
  const assigned = active?.assigned ?? [];
  if (!active || assigned.includes(stepId)) return undefined;
  const assignment = { enrolmentId, journeyId, version, stepId, variant, at };
  const goals = goalsOf(stepOf(call, 'experiment'), assignment);
  const journeys = { ...others, [enrolmentId]: { ...active, assigned: [...assigned, stepId] } };
  return { profile: { ...addGoals(profile, goals), journeys }, signals: [{ type: 'assigned', ...assignment }] };
}

/**
 * Returns the customer's variant. One write of the profile stores its goals and the assignment's
 * signal. Idempotent: a retry, or a second visit in a loop, writes nothing. A test enrolment is not
 * counted, and nothing is once the experiment has a winner.
 */
export async function assignExperimentVariant(dependencies: AssignDependencies, call: StepCall): Promise<AssignResult> {
  const { profiles, journeys } = dependencies;
  const step = stepOf(call, 'experiment');
  const { enrolment, stepId } = call;
  const guarded = await readGuardedProfile(dependencies, call);
  if ('blocked' in guarded) return guarded.blocked;
  const record = await journeys.readRecord(enrolment.workspace, enrolment.journeyId);
  const bucket = bucketIn(enrolment.splits, stepId);
  const variant = chooseVariant(step, { stepId, bucket, record });
  const name = variantName(step, variant);
  const winner = winnerOf(record, stepId, step)?.variant;
  const isCounted = winner === undefined && enrolment.run.test !== true;
  if (isCounted) await profiles.update(enrolment, (profile) => addAssignment(profile, call, name));
  return { variant, because: { bucket, variant: name, ...compact({ winner }) } };
}
