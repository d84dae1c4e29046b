import { type StepGuard, type StepBlocked } from '../../../lib/journey/execution/step-guard.ts';
import { interpolateJson } from '../../../lib/journey/messaging/render-template.ts';
import { StepCall, stepOf } from '../../../lib/journey/execution/step-call.ts';
import { templateValues } from '../../../lib/journey/steps/template-values.ts';
import { type JsonObject } from '../../../lib/shared/json.ts';
import { type Profile } from '../../../lib/model/profile.ts';
import { type ProfileStore } from '../../../lib/profile/profile-store.ts';

interface Dependencies {
  profiles: ProfileStore;
  gate: StepGuard;
}

type Result = { status: 'updated' | 'unchanged'; because: JsonObject } | StepBlocked;

/**
 * Returns the profile with the step's traits, except those the customer set after the step was
 * entered.
 */
function changed(profile: Profile, call: StepCall): Profile {
  const { traits } = stepOf(call, 'updateProfile');
  const values = templateValues(call, profile);
  const newer = Object.entries(traits).filter(([name]) => {
    const present = Object.hasOwn(profile.traits, name) ? profile.traits[name] : undefined;
    return present === undefined || present.at < call.enteredAt;
  });
  const dated = newer.map(
    ([name, value]) => [name, { value: interpolateJson(value, values), at: call.enteredAt }] as const,
  );
  return { ...profile, traits: { ...profile.traits, ...Object.fromEntries(dated) } };
}

/**
 * The step `updateProfile`: sets traits dated at the entry of the step. Idempotent, and a trait
 * that the customer set since then stays. Changes nothing for an unknown customer or one who has
 * left the journey.
 */
export function updateProfileStep({ profiles, gate }: Dependencies) {
  return async (event: unknown): Promise<Result> => {
    const call = StepCall.parse(event);
    const { traits } = stepOf(call, 'updateProfile');
    const present = await profiles.get(call.enrolment);
    const stopped = present && (await gate(call, present));
    if (stopped) return stopped;
    const written = await profiles.update(call.enrolment, (profile) =>
      Object.hasOwn(profile.journeys, call.enrolment.enrolmentId) ? { profile: changed(profile, call) } : undefined,
    );
    return { status: written ? 'updated' : 'unchanged', because: { traits: Object.keys(traits) } };
  };
}
