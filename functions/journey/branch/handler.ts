import { NotFound } from '../../../lib/errors.ts';
import { StepCall, stepOf } from '../../../lib/journey/step-call.ts';
import { meets } from '../../../lib/profile/meets.ts';
import { type ProfileStore } from '../../../lib/profile/store.ts';
import { type Clock } from '../../../lib/time.ts';

/** The step `branch`: index of the first case the customer meets now, −1 for none. Reads only; a retry may see a newer profile. */
export function branch({ profiles, clock }: { profiles: ProfileStore; clock: Clock }) {
  return async (event: unknown): Promise<{ case: number }> => {
    const call = StepCall.parse(event);
    const { enrolment } = call;
    const profile = await profiles.get(enrolment);
    if (!profile) throw new NotFound('customer.unknown', { enrolmentId: enrolment.enrolmentId });
    const situation = { profile, now: clock.now() };
    return { case: stepOf(call, 'branch').cases.findIndex(({ when }) => meets(when, situation)) };
  };
}
