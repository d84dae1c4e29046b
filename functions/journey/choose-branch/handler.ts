import { NotFound } from '../../../lib/shared/errors.ts';
import { type Gate, type Stopped } from '../../../lib/journey/execution/step-guard.ts';
import { StepCall, stepOf } from '../../../lib/journey/execution/step-call.ts';
import { type JsonObject } from '../../../lib/shared/json.ts';
import { meets } from '../../../lib/predicate/evaluate.ts';
import { standing } from '../../../lib/profile/views/profile-summary.ts';
import { type ProfileStore } from '../../../lib/profile/profile-store.ts';
import { type Clock } from '../../../lib/shared/time.ts';

interface Dependencies {
  profiles: ProfileStore;
  gate: Gate;
  clock: Clock;
}

/** The step `branch`: index of the first case the customer meets now, −1 for none. Reads only; a retry may see a newer profile. */
export function branch({ profiles, gate, clock }: Dependencies) {
  return async (event: unknown): Promise<{ case: number; because: JsonObject } | Stopped> => {
    const call = StepCall.parse(event);
    const { enrolment } = call;
    const profile = await profiles.get(enrolment);
    if (!profile) throw new NotFound('customer.unknown', { enrolmentId: enrolment.enrolmentId });
    const stopped = await gate(call, profile);
    if (stopped) return stopped;
    const situation = { profile, now: clock.now() };
    const met = stepOf(call, 'branch').cases.map(({ when }) => meets(when, situation));
    return { case: met.indexOf(true), because: { met, ...standing(profile) } };
  };
}
