import { NotFound } from '../../../lib/shared/errors.ts';
import { type StepGuard, type StepBlocked } from '../../../lib/journey/execution/step-guard.ts';
import { StepCall, stepOf } from '../../../lib/journey/execution/step-call.ts';
import { type JsonObject } from '../../../lib/shared/json.ts';
import { matches } from '../../../lib/predicate/evaluate.ts';
import { profileSummaryForTrace } from '../../../lib/profile/views/profile-summary.ts';
import { type ProfileStore } from '../../../lib/profile/profile-store.ts';
import { type Clock } from '../../../lib/shared/time.ts';

interface Dependencies {
  profiles: ProfileStore;
  gate: StepGuard;
  clock: Clock;
}

/**
 * The step `branch`: returns the index of the first case the customer matches, or −1. Read-only. A
 * retry may read a newer profile.
 */
export function chooseBranch({ profiles, gate, clock }: Dependencies) {
  return async (event: unknown): Promise<{ case: number; because: JsonObject } | StepBlocked> => {
    const call = StepCall.parse(event);
    const { enrolment } = call;
    const profile = await profiles.get(enrolment);
    if (!profile) throw new NotFound('customer.unknown', { enrolmentId: enrolment.enrolmentId });
    const stopped = await gate(call, profile);
    if (stopped) return stopped;
    const situation = { profile, now: clock.now() };
    const met = stepOf(call, 'branch').cases.map(({ when }) => matches(when, situation));
    return { case: met.indexOf(true), because: { met, ...profileSummaryForTrace(profile) } };
  };
}
