import { type Executions } from '../../aws/step-functions/executions.ts';
import { Unavailable } from '../../shared/errors.ts';
import { type Profile } from '../../model/profile.ts';
import { type ProfileStore, readVersionedProfile } from '../../profile/profile-store.ts';
import { type OwnedEnrolment } from '../enrolment/enrolment-record.ts';
import { type EnrolmentStore } from '../enrolment/enrolment-store.ts';
import { type EnrolmentEnding, enrolmentEndWrites } from '../enrolment/enrolment-writes.ts';
import { type TaskStore } from './human-task-store.ts';
import { omitBy } from '../../shared/records.ts';

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
function without(profile: Profile, enrolmentId: string): Profile | undefined {
  const { [enrolmentId]: inside, ...journeys } = profile.journeys;
  const waits = omitBy(profile.waits, (wait) => wait.enrolmentId === enrolmentId);
  if (inside === undefined && Object.keys(waits).length === Object.keys(profile.waits).length) return undefined;
  return { ...profile, journeys, waits };
}

/**
 * Ends an enrolment. One transaction stores the outcome, frees the entry slot and removes the
 * enrolment and its waits from the profile. Then open tasks are closed. Safe to crash and to retry,
 * and the first outcome stands. A later end only records its execution. Throws `Unavailable` under
 * contention. Does not stop the execution.
 */
export async function endEnrolment(
  { profiles, enrolments, tasks }: EndEnrolmentDependencies,
  placed: Pick<OwnedEnrolment, 'owner'> & { enrolmentId: string },
  ending: EnrolmentEnding,
): Promise<EnrolmentEnd> {
  const { owner, enrolmentId } = placed;
  for (let tries = 0; tries < maxTries; tries++) {
    const enrolment = await enrolments.get(owner, enrolmentId);
    if (!enrolment) return 'unknown';
    const before = enrolment.status === 'ended';
    const stored = await readVersionedProfile(profiles, owner);
    const profile = stored && without(stored.profile, enrolmentId);
    const also = before ? [] : enrolmentEndWrites({ enrolment, owner }, ending);
    const written = profile
      ? await profiles.save({ profile, also }, stored.rev)
      : before || (await enrolments.markEnded({ enrolment, owner }, ending));
    if (!written) continue;
    if (before) await enrolments.recordEndedExecution({ enrolment, owner }, ending.leg);
    await tasks.closeAll(owner, enrolmentId);
    return before ? 'already' : 'ended';
  }
  throw new Unavailable('enrolment.contended', { enrolmentId });
}

/**
 * Ends an enrolment, then stops its execution, even during a wait. The enrolment must end first,
 * because a stopped execution ends it with the outcome `stopped`.
 */
export async function endEnrolmentAndStop(
  { executions, ...stores }: EndEnrolmentDependencies & { executions: Executions },
  { owner, enrolment: { enrolmentId } }: OwnedEnrolment,
  end: EnrolmentEnding,
): Promise<EnrolmentEnd> {
  const ended = await endEnrolment(stores, { owner, enrolmentId }, end);
  // The execution may have started between the read and the end. If it starts later, its starter
  // finds the enrolment ended and stops it.
  const row = await stores.enrolments.get(owner, enrolmentId);
  if (row?.outcome === end.outcome && row.executionArn !== undefined)
    await executions.stop(row.executionArn, end.outcome);
  return ended;
}
