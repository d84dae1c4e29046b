import { NotFound } from '../../../lib/shared/errors.ts';
import { type StepGuard, type StepBlocked } from '../../../lib/journey/execution/step-guard.ts';
import { winnerOf } from '../../../lib/journey/publishing/journey-record.ts';
import { type JourneyStore } from '../../../lib/journey/publishing/journey-store.ts';
import { StepCall, stepOf } from '../../../lib/journey/execution/step-call.ts';
import { bucketIn, goalsOf, variantName, chooseVariant } from '../../../lib/journey/steps/assign/choose-variant.ts';
import { type JsonObject } from '../../../lib/shared/json.ts';
import { addGoals } from '../../../lib/profile/facts/open-goals.ts';
import { type Profile } from '../../../lib/model/profile.ts';
import { type ProfileStore, type ProfileWrite } from '../../../lib/profile/profile-store.ts';

interface Dependencies {
  profiles: ProfileStore;
  journeys: Pick<JourneyStore, 'readRecord'>;
  gate: StepGuard;
}

type Result = { variant: number; because: JsonObject } | StepBlocked;

/**
 * Returns the profile with the assignment, its goals and its signal. Returns undefined if the
 * customer was assigned before or has left.
 */
function counted(profile: Profile, call: StepCall, variant: string): ProfileWrite | undefined {
  const { enrolment, stepId } = call;
  const { enrolmentId, journeyId, version } = enrolment;
  const { [enrolmentId]: inside, ...others } = profile.journeys;
  const assigned = inside?.assigned ?? [];
  if (!inside || assigned.includes(stepId)) return undefined;
  const at = new Date(call.enteredAt).toISOString();
  const goals = goalsOf(stepOf(call, 'experiment'), { enrolmentId, journeyId, version, stepId, variant, at });
  const signals = [{ type: 'assigned' as const, enrolmentId, journeyId, version, stepId, variant, at }];
  const stays = { ...others, [enrolmentId]: { ...inside, assigned: [...assigned, stepId] } };
  return { profile: { ...addGoals(profile, goals), journeys: stays }, signals };
}

/**
 * The step `experiment`: returns the customer's variant. One write of the profile stores its goals
 * and the assignment's signal. Idempotent: a retry, or a second visit in a loop, writes nothing. A
 * test enrolment is not counted, and nothing is once the experiment has a winner.
 */
export function assignVariant({ profiles, journeys, gate }: Dependencies) {
  return async (event: unknown): Promise<Result> => {
    const call = StepCall.parse(event);
    const step = stepOf(call, 'experiment');
    const { enrolment, stepId } = call;
    const profile = await profiles.get(enrolment);
    if (!profile) throw new NotFound('customer.unknown', { enrolmentId: enrolment.enrolmentId });
    const stopped = await gate(call, profile);
    if (stopped) return stopped;
    const head = await journeys.readRecord(enrolment.workspace, enrolment.journeyId);
    const bucket = bucketIn(enrolment.splits, stepId);
    const variant = chooseVariant(step, { stepId, bucket, head });
    const name = variantName(step, variant);
    const winner = winnerOf(head, stepId, step)?.variant;
    if (winner === undefined && enrolment.run.test !== true)
      await profiles.update(enrolment, (present) => counted(present, call, name));
    return { variant, because: { bucket, variant: name, ...(winner !== undefined && { winner }) } };
  };
}
