import { type Executions } from '../../aws/step-functions/executions.ts';
import { Unavailable } from '../../shared/errors.ts';
import { type Profile } from '../../model/profile.ts';
import { type ProfileStore, readVersionedProfile } from '../../profile/profile-store.ts';
import { type Instant } from '../../shared/time.ts';
import { type EnrolmentStore, enrolmentEndWrites, type OwnedEnrolment } from '../enrolment/enrolment-store.ts';
import { type TaskStore } from './human-task-store.ts';

export interface EndEnrolmentDependencies {
  profiles: ProfileStore;
  enrolments: EnrolmentStore;
  tasks: TaskStore;
}

/** `ended` now, `already` before, `unknown`: nothing of the enrolment is left. */
export type EnrolmentEnd = 'ended' | 'already' | 'unknown';

/** Touchpoints of one customer folded while we end: each makes us look again. */
const maxTries = 10;

/** The profile of somebody who is not inside any more; undefined when nothing of the enrolment is in it. */
function without(profile: Profile, enrolmentId: string): Profile | undefined {
  const { [enrolmentId]: inside, ...journeys } = profile.journeys;
  const waits = Object.entries(profile.waits);
  const others = waits.filter(([, wait]) => wait.enrolmentId !== enrolmentId);
  if (inside === undefined && others.length === waits.length) return undefined;
  return { ...profile, journeys, waits: Object.fromEntries(others) };
}

/**
 * Ends a stay: the outcome is kept, the entry slot is free, the profile holds neither the journey nor its waits, open tasks are closed.
 * One transaction and the tasks; asked again, after a death in between too, it finishes what is missing. A stay that has ended keeps its
 * outcome. The execution is the caller's: `endEnrolment` does not stop it.
 */
export async function endEnrolment(
  { profiles, enrolments, tasks }: EndEnrolmentDependencies,
  placed: Pick<OwnedEnrolment, 'owner'> & { enrolmentId: string },
  { outcome, at }: { outcome: string; at: Instant },
): Promise<EnrolmentEnd> {
  const { owner, enrolmentId } = placed;
  for (let tries = 0; tries < maxTries; tries++) {
    const enrolment = await enrolments.get(owner, enrolmentId);
    if (!enrolment) return 'unknown';
    const before = enrolment.status === 'ended';
    const stored = await readVersionedProfile(profiles, owner);
    const profile = stored && without(stored.profile, enrolmentId);
    const also = before ? [] : enrolmentEndWrites({ enrolment, owner }, outcome, at);
    const written = profile
      ? await profiles.save({ profile, also }, stored.rev)
      : before || (await enrolments.markEnded({ enrolment, owner }, outcome, at));
    if (!written) continue;
    await tasks.closeAll(owner, enrolmentId);
    return before ? 'already' : 'ended';
  }
  throw new Unavailable('enrolment.contended', { enrolmentId });
}

/** Ends a stay, and its execution even in mid-wait. The order makes the outcome ours: a stopped execution would say `stopped` itself. */
export async function endEnrolmentAndStop(
  { executions, ...stores }: EndEnrolmentDependencies & { executions: Executions },
  { owner, enrolment: { enrolmentId } }: OwnedEnrolment,
  end: { outcome: string; at: Instant },
): Promise<EnrolmentEnd> {
  const ended = await endEnrolment(stores, { owner, enrolmentId }, end);
  // It may have been started between our reading and its end. If not, whoever starts it will find it ended, and stop it.
  const row = await stores.enrolments.get(owner, enrolmentId);
  if (row?.outcome === end.outcome && row.executionArn !== undefined)
    await executions.stop(row.executionArn, end.outcome);
  return ended;
}
