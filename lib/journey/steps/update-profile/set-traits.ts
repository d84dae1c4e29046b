import { type Profile } from '#lib/model/profile.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { type StepCall, stepOf } from '../../execution/step-call.ts';
import { type StepBlocked, type StepGuard } from '../../execution/step-guard.ts';
import { interpolateJson } from '../../messaging/render-template.ts';
import { templateValues } from '../template-values.ts';

/** The store that an update uses, and the step guard. */
export interface UpdateProfileDependencies {
  profiles: ProfileStore;
  gate: StepGuard;
}

/** `unchanged`: the customer is unknown or has left the journey. */
export type UpdateProfileResult = { status: 'updated' | 'unchanged'; because: JsonObject } | StepBlocked;

/**
 * Returns the profile with the step's traits, except those the customer set after the step was
 * entered.
 */
export function withStepTraits(profile: Profile, call: StepCall): Profile {
  const values = templateValues(call, profile);
  const { enteredAt: at } = call;
  const older = Object.entries(stepOf(call, 'updateProfile').traits).filter(([name]) => {
    const present = Object.hasOwn(profile.traits, name) ? profile.traits[name] : undefined;
    return present === undefined || present.at < at;
  });
  const dated = older.map(([name, value]) => [name, { value: interpolateJson(value, values), at }] as const);
  return { ...profile, traits: { ...profile.traits, ...Object.fromEntries(dated) } };
}

/**
 * Sets traits dated at the entry of the step. Idempotent, and a trait that the customer set since
 * then stays. Changes nothing for an unknown customer or one who has left the journey.
 */
export async function setTraits(
  { profiles, gate }: UpdateProfileDependencies,
  call: StepCall,
): Promise<UpdateProfileResult> {
  const { enrolment } = call;
  const { traits } = stepOf(call, 'updateProfile');
  const present = await profiles.get(enrolment);
  const blocked = present && (await gate(call, present));
  if (blocked) return blocked;
  const written = await profiles.update(enrolment, (profile) =>
    Object.hasOwn(profile.journeys, enrolment.enrolmentId) ? { profile: withStepTraits(profile, call) } : undefined,
  );
  return { status: written ? 'updated' : 'unchanged', because: { traits: Object.keys(traits) } };
}
