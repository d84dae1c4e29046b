import { type Executions } from '../../aws/step-functions/executions.ts';
import { type Customer } from '../../model/customer.ts';
import { type ProfileStore } from '../../profile/profile-store.ts';
import { type Cause } from '../../model/profile-change.ts';
import { type Instant, maxInstant } from '../../shared/time.ts';
import { endEnrolment } from './end-enrolment.ts';
import { type EnrolmentStore } from '../enrolment/enrolment-store.ts';
import { type OwnedEnrolment } from '../enrolment/enrolment-record.ts';
import { type CustomerIdentities, identitiesOf } from '../../profile/customer-identities.ts';
import { type InAppStore } from '../messaging/channels/in-app-store.ts';
import { type TaskStore } from './human-task-store.ts';
import { type WaitStore } from './wait-store.ts';

/** The stores and the client that journey signals use. */
export interface JourneySignalDependencies {
  profiles: ProfileStore;
  enrolments: EnrolmentStore;
  waits: WaitStore;
  tasks: TaskStore;
  inApp: Pick<InAppStore, 'seen'>;
  executions: Executions;
}

/** A touchpoint completed a wait. `way` is the index of the predicate that it matches. */
interface WaitSignal {
  customer: Customer;
  waitId: string;
  cause: Cause;
  way?: number | undefined;
}

interface SeenSignal {
  customer: Customer;
  messageId: string;
  at: Instant;
}

/** A touchpoint met the exit criteria of an enrolment. */
interface ExitSignal {
  customer: Customer;
  enrolmentId: string;
  cause: Cause;
}

/**
 * Handles the signals that the projector wrote with a folded touchpoint. `relay` calls it. A stream
 * record may be delivered twice, so every method is safe to repeat.
 */
export interface JourneySignalHandler {
  /**
   * Resumes the step that waited for a touchpoint. Returns `late` if the step had timed out,
   * stopped or resumed before, and `unknown` if the wait has no row. Safe to repeat.
   */
  completeWait(signal: WaitSignal): Promise<'woken' | 'late' | 'unknown'>;
  /** Records that an in-app message was seen. Safe to repeat. */
  recordSeen(signal: SeenSignal): Promise<'seen' | 'unknown'>;
  /**
   * Ends an enrolment with the outcome `exited`, closes its tasks and stops its execution. Returns
   * `gone` if it had ended before or does not exist. Safe to crash and to retry, because a repeated
   * call completes what is missing.
   */
  exitEnrolment(signal: ExitSignal): Promise<'left' | 'gone'>;
}

/**
 * Looks up by the customer's own identity first. Linked identities cost one more read, and are
 * rarely the ones that entered.
 */
async function findAcrossIdentities<T>(
  profiles: Pick<ProfileStore, 'get'>,
  customer: Customer,
  find: (owners: CustomerIdentities) => Promise<T | undefined>,
): Promise<T | undefined> {
  const found = await find([customer]);
  if (found !== undefined) return found;
  const profile = await profiles.get(customer);
  return profile && find(identitiesOf(profile));
}

async function completeWait(
  { profiles, waits, executions }: JourneySignalDependencies,
  { customer, waitId, cause, way = 0 }: WaitSignal,
): Promise<'woken' | 'late' | 'unknown'> {
  const token = await findAcrossIdentities(profiles, customer, (owners) => waits.token(owners, waitId));
  if (token === undefined) return 'unknown';
  return (await executions.resume(token, { touchpoint: cause, way })) === 'resumed' ? 'woken' : 'late';
}

async function recordSeen(
  { profiles, inApp }: JourneySignalDependencies,
  { customer, messageId, at }: SeenSignal,
): Promise<'seen' | 'unknown'> {
  const seenAt = await findAcrossIdentities(profiles, customer, (owners) => inApp.seen(owners, messageId, at));
  return seenAt === undefined ? 'unknown' : 'seen';
}

async function exitEnrolment(
  dependencies: JourneySignalDependencies,
  { customer, enrolmentId, cause }: ExitSignal,
): Promise<'left' | 'gone'> {
  const { profiles, enrolments, tasks } = dependencies;
  const owned = await findAcrossIdentities(profiles, customer, (owners) => enrolments.find(owners, enrolmentId));
  if (!owned) return 'gone';
  const at = maxInstant(cause.at, owned.enrolment.startedAt);
  const hasEnded = await enrolments.markEnded(owned, { outcome: 'exited', at });
  await tasks.closeAll(owned.owner, enrolmentId);
  await stopExited(dependencies, owned, cause);
  return hasEnded ? 'left' : 'gone';
}

/**
 * Stops the execution of an exited enrolment. It may have started between the read and the end, so
 * the row is read again. If it starts later, its starter finds the enrolment ended and stops it.
 */
async function stopExited(
  { executions, ...stores }: JourneySignalDependencies,
  { owner, enrolment }: OwnedEnrolment,
  cause: Cause,
): Promise<void> {
  const { enrolmentId } = enrolment;
  const { executionArn, parkedUntil } = (await stores.enrolments.get(owner, enrolmentId)) ?? enrolment;
  if (executionArn !== undefined) await executions.stop(executionArn, `exit criteria met by ${cause.name}`);
  // No execution of a suspended enrolment ends and cleans the profile, so it is cleaned here.
  if (parkedUntil !== undefined)
    await endEnrolment(stores, { owner, enrolmentId }, { outcome: 'exited', at: cause.at });
}

/** Creates the handler of journey signals. */
export function createJourneySignalHandler(dependencies: JourneySignalDependencies): JourneySignalHandler {
  return {
    completeWait: (signal) => completeWait(dependencies, signal),
    recordSeen: (signal) => recordSeen(dependencies, signal),
    exitEnrolment: (signal) => exitEnrolment(dependencies, signal),
  };
}
