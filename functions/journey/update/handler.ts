import { StepCall, stepOf } from '../../../lib/journey/step-call.ts';
import { type Profile } from '../../../lib/profile/profile.ts';
import { type ProfileStore } from '../../../lib/profile/store.ts';

/**
 * The step `updateProfile`: sets traits as of the time the step was entered, so a retry writes the same, and a trait that the customer
 * set since then stays. A customer who is gone, or has left the journey, is left alone.
 */
export function update({ profiles }: { profiles: ProfileStore }) {
  return async (event: unknown): Promise<{ status: 'updated' | 'unchanged' }> => {
    const call = StepCall.parse(event);
    const { traits } = stepOf(call, 'updateProfile');
    const set = (profile: Profile): Profile => {
      const newer = Object.entries(traits).filter(([name]) => {
        const present = Object.hasOwn(profile.traits, name) ? profile.traits[name] : undefined;
        return present === undefined || present.at < call.enteredAt;
      });
      const dated = newer.map(([name, value]) => [name, { value, at: call.enteredAt }] as const);
      return { ...profile, traits: { ...profile.traits, ...Object.fromEntries(dated) } };
    };
    const written = await profiles.update(call.enrolment, (profile) =>
      Object.hasOwn(profile.journeys, call.enrolment.enrolmentId) ? { profile: set(profile) } : undefined,
    );
    return { status: written ? 'updated' : 'unchanged' };
  };
}
