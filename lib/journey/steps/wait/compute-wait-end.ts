import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type ProfileStore, readVersionedProfile } from '#lib/profile/profile-store.ts';
import { NotFound } from '#lib/shared/errors.ts';
import { type StepCall, stepOf } from '../../execution/step-call.ts';
import { resolveWaitUntil, type WaitEnd } from './wait-until.ts';

/** The stores that the end of a wait is computed from. */
export interface WaitEndDependencies {
  profiles: ProfileStore;
  workspaces: Pick<WorkspaceStore, 'settings'>;
}

/**
 * Returns the time until which a step waits, in the customer's zone or from a trait. Read-only. A
 * retry may read a newer profile.
 */
export async function computeWaitEnd({ profiles, workspaces }: WaitEndDependencies, call: StepCall): Promise<WaitEnd> {
  const step = stepOf(call, 'wait');
  const { enrolment, enteredAt, since = enteredAt } = call;
  const [stored, workspace] = await Promise.all([
    readVersionedProfile(profiles, enrolment),
    workspaces.settings(enrolment.workspace),
  ]);
  if (!stored || !workspace) throw new NotFound('customer.unknown', { enrolmentId: enrolment.enrolmentId });
  return resolveWaitUntil(step, { profile: stored.profile, workspace, now: enteredAt, since });
}
