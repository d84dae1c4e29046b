import { type Executions } from '../../aws/step-functions/executions.ts';
import { Unavailable } from '../../shared/errors.ts';
import { omitBy } from '../../shared/records.ts';
import { conflict, retryOnConflict } from '../../shared/retry.ts';
import { type Profile } from '../../model/profile.ts';
import { type ProfileStore, readVersionedProfile } from '../../profile/profile-store.ts';
import { type OwnedEnrolment } from '../enrolment/enrolment-record.ts';
import { type EnrolmentStore } from '../enrolment/enrolment-store.ts';
import { type EnrolmentEnding, enrolmentEndWrites } from '../enrolment/enrolment-writes.ts';
import { type TaskStore } from './human-task-store.ts';

/** The stores that `endEnrolment` writes to. */
export interface EndEnrolmentDependencies {
  profiles: ProfileStore;
  enrolments: EnrolmentStore;
  tasks: TaskStore;
}

/**
 * `ended` by this call, `already` by an earlier one, or `unknown` if there is no such enrolment.
 */
export type EnrolmentEnd = 'ended' | 'already' | 'unknown';

/**
 * Most tries of one end. A concurrent write to the profile, such as a touchpoint, costs one try.
 */
const maxTries = 10;

/** Returns the profile without the enrolment and its waits. Returns undefined if it has neither. */
function withoutEnrolment(profile: Profile, enrolmentId: string): Profile | undefined {
  const { [enrolmentId]: active, ...journeys } = profile.journeys;
  const waits = omitBy(profile.waits, (wait) => wait.enrolmentId === enrolmentId);
  if (active === undefined && Object.keys(waits).length === Object.keys(profile.waits).length) return undefined;
  return { ...profile, journeys, waits };
}

/** Tries the transaction once. Returns `conflict` if the profile or the enrolment changed. */
async function attemptEnd(
  { profiles, enrolments, tasks }: EndEnrolmentDependencies,
  { owner, enrolmentId }: Pick<OwnedEnrolment, 'owner'> & { enrolmentId: string },
  ending: EnrolmentEnding,
): Promise<EnrolmentEnd | typeof conflict> {
  const enrolment = await enrolments.get(owner, enrolmentId);
  if (!enrolment) return 'unknown';
  const hasEnded = enrolment.status === 'ended';
  const stored = await readVersionedProfile(profiles, owner);
  const profile = stored && withoutEnrolment(stored.profile, enrolmentId);
  const also = hasEnded ? [] : enrolmentEndWrites({ enrolment, owner }, ending);
  const isWritten = profile
    ? await profiles.save({ profile, also }, stored.rev)
    : hasEnded || (await enrolments.markEnded({ enrolment, owner }, ending));
  if (!isWritten) return conflict;
  if (hasEnded) await enrolments.recordEndedExecution({ enrolment, owner }, ending.leg);
  await tasks.closeAll(owner, enrolmentId);
  return hasEnded ? 'already' : 'ended';
}

/**
 * Ends an enrolment. One transaction stores the outcome, frees the entry slot and removes the
 * enrolment and its waits from the profile. Then open tasks are closed. Safe to crash and to retry,
 * and the first outcome stands. A later end only records its execution. Throws `Unavailable` under
 * contention. Does not stop the execution.
 */
export async function endEnrolment(
  dependencies: EndEnrolmentDependencies,
  placed: Pick<OwnedEnrolment, 'owner'> & { enrolmentId: string },
  ending: EnrolmentEnding,
): Promise<EnrolmentEnd> {
  const contended = (): Error => new Unavailable('enrolment.contended', { enrolmentId: placed.enrolmentId });
  return retryOnConflict({ maxTries, contended }, () => attemptEnd(dependencies, placed, ending));
}

/**
 * Ends an enrolment, then stops its execution, even during a wait. The enrolment must end first,
 * because a stopped execution ends it with the outcome `stopped`.
 */
export async function endEnrolmentAndStop(
  { executions, ...stores }: EndEnrolmentDependencies & { executions: Executions },
  { owner, enrolment }: OwnedEnrolment,
  ending: EnrolmentEnding,
): Promise<EnrolmentEnd> {
  const { enrolmentId } = enrolment;
  const ended = await endEnrolment(stores, { owner, enrolmentId }, ending);
  // The execution may have started between the read and the end. If it starts later, its starter
  // finds the enrolment ended and stops it.
  const row = await stores.enrolments.get(owner, enrolmentId);
  if (row?.outcome === ending.outcome && row.executionArn !== undefined)
    await executions.stop(row.executionArn, ending.outcome);
  return ended;
}
