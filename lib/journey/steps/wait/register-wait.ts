import { type Executions } from '#lib/aws/step-functions/executions.ts';
import { type Wait } from '#lib/model/active-enrolment.ts';
import { type Profile } from '#lib/model/profile.ts';
import { type Touchpoint } from '#lib/model/touchpoint.ts';
import { matchedPredicateIndex } from '#lib/predicate/evaluate.ts';
import { causeOf } from '#lib/profile/cause.ts';
import { type ProfileStore, readVersionedProfile } from '#lib/profile/profile-store.ts';
import { NotFound, Unavailable } from '#lib/shared/errors.ts';
import { deterministicId } from '#lib/shared/ids.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { conflict, retryOnConflict } from '#lib/shared/retry.ts';
import { addDuration, type Instant } from '#lib/shared/time.ts';
import { type StepCall, stepOf, tokenOf } from '../../execution/step-call.ts';
import { waitWrite } from '../../execution/wait-store.ts';

/** The stores and the client that a wait for a touchpoint uses. */
export interface RegisterWaitDependencies {
  profiles: ProfileStore;
  executions: Pick<Executions, 'resume'>;
  touchpointsSince: (profile: Profile, since: Instant) => Promise<Touchpoint[]>;
}

/**
 * `waiting` for a touchpoint, `resumed` because it had come before, `left`: the customer has left
 * the journey.
 */
export interface RegisterWaitResult {
  status: 'waiting' | 'resumed' | 'left';
  because?: JsonObject;
}

/** Maximum attempts to register. Each touchpoint folded during one costs another. */
const maxTries = 10;

/** Returns the wait that a step registers in the profile. */
export function toWait(call: StepCall): Wait {
  const { on, or = [], timeout } = stepOf(call, 'waitForEvent');
  const { enteredAt: since } = call;
  return {
    enrolmentId: call.enrolment.enrolmentId,
    on,
    ...(or.length > 0 && { or: or.map((other) => other.on) }),
    since,
    until: addDuration(since, timeout),
  };
}

/** Returns the first touchpoint that ends the wait, and the index of the predicate it matches. */
export function findMatchingTouchpoint(
  touchpoints: Touchpoint[],
  { on, or = [] }: Pick<Wait, 'on' | 'or'>,
  profile: Profile,
): { touchpoint: Touchpoint; way: number } | undefined {
  for (const touchpoint of touchpoints) {
    const way = matchedPredicateIndex({ on, or }, { profile, touchpoint, now: touchpoint.at });
    if (way !== undefined) return { touchpoint, way };
  }
  return undefined;
}

/** Registers the wait once, over the profile as read. Returns `conflict` if the profile changed. */
async function attemptWait(
  { profiles, executions, touchpointsSince }: RegisterWaitDependencies,
  { enrolment, stepId }: StepCall,
  { waitId, wait, token }: { waitId: string; wait: Wait; token: string },
): Promise<RegisterWaitResult | typeof conflict> {
  const { enrolmentId, since, until } = wait;
  const stored = await readVersionedProfile(profiles, enrolment);
  if (!stored) throw new NotFound('customer.unknown', { enrolmentId });
  const { profile, rev } = stored;
  if (!Object.hasOwn(profile.journeys, enrolmentId)) return { status: 'left' };
  // A customer last seen before has no folded touchpoint since. One not folded yet will find the
  // wait.
  const touchpoints = profile.lastSeen < since ? [] : await touchpointsSince(profile, since);
  const match = findMatchingTouchpoint(touchpoints, wait, profile);
  if (match) {
    const { touchpoint, way } = match;
    await executions.resume(token, { touchpoint: causeOf(touchpoint, touchpoint.at), way });
    return { status: 'resumed', because: { touchpoint: touchpoint.messageId } };
  }
  const waits = { ...profile.waits, [waitId]: wait };
  const row = waitWrite({ owner: enrolment, waitId, enrolmentId, stepId, token, until });
  const isSaved = await profiles.save({ profile: { ...profile, waits }, also: [row] }, rev);
  return isSaved ? { status: 'waiting', because: { until, looked: touchpoints.length } } : conflict;
}

/**
 * Registers a step that waits for a touchpoint. No touchpoint is missed: those since the step's
 * entry are read here, and the wait is written only over the profile read before them, so later
 * ones find the wait in the profile. A retry brings a new token, which replaces the old one, and
 * reads again.
 */
export async function registerWait(
  dependencies: RegisterWaitDependencies,
  call: StepCall,
): Promise<RegisterWaitResult> {
  const { stepId, occurrence } = call;
  const wait = toWait(call);
  const { enrolmentId } = wait;
  const waitId = deterministicId('wait', enrolmentId, stepId, occurrence);
  const registration = { waitId, wait, token: tokenOf(call) };
  const contended = (): Error => new Unavailable('wait.contended', { enrolmentId, stepId });
  return retryOnConflict({ maxTries, contended }, () => attemptWait(dependencies, call, registration));
}
