import { type Executions } from '../../aws/step-functions/executions.ts';
import { type Customer } from '../../model/customer.ts';
import { type ProfileStore } from '../../profile/profile-store.ts';
import { type Cause } from '../../model/profile-change.ts';
import { type Instant } from '../../shared/time.ts';
import { endEnrolment } from './end-enrolment.ts';
import { type EnrolmentStore } from '../enrolment/enrolment-store.ts';
import { type CustomerIdentities, identitiesOf } from '../../profile/customer-identities.ts';
import { type InAppStore } from '../messaging/channels/in-app-store.ts';
import { type TaskStore } from './human-task-store.ts';
import { type WaitStore } from './wait-store.ts';
import type * as z from 'zod';

type CauseOf = z.infer<typeof Cause>;

export interface JourneySignalDependencies {
  profiles: ProfileStore;
  enrolments: EnrolmentStore;
  waits: WaitStore;
  tasks: TaskStore;
  inApp: Pick<InAppStore, 'seen'>;
  executions: Executions;
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
  completeWait(signal: {
    customer: Customer;
    waitId: string;
    cause: CauseOf;
    way?: number | undefined;
  }): Promise<'woken' | 'late' | 'unknown'>;
  /** Records that an in-app message was seen. Safe to repeat. */
  recordSeen(signal: { customer: Customer; messageId: string; at: Instant }): Promise<'seen' | 'unknown'>;
  /**
   * Ends an enrolment with the outcome `exited`, closes its tasks and stops its execution. Returns
   * `gone` if it had ended before or does not exist. Safe to crash and to retry, because a repeated
   * call completes what is missing.
   */
  exitEnrolment(signal: { customer: Customer; enrolmentId: string; cause: CauseOf }): Promise<'left' | 'gone'>;
}

/** Creates the handler of journey signals. */
export function createJourneySignalHandler({
  profiles,
  enrolments,
  waits,
  tasks,
  inApp,
  executions,
}: JourneySignalDependencies): JourneySignalHandler {
  /**
   * Looks up by the customer's own identity first. Linked identities cost one more read, and are
   * rarely the ones that entered.
   */
  async function among<T>(
    customer: Customer,
    look: (owners: CustomerIdentities) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const found = await look([customer]);
    if (found !== undefined) return found;
    const profile = await profiles.get(customer);
    return profile && look(identitiesOf(profile));
  }

  return {
    async completeWait({ customer, waitId, cause, way = 0 }) {
      const token = await among(customer, (owners) => waits.token(owners, waitId));
      if (token === undefined) return 'unknown';
      return (await executions.resume(token, { touchpoint: cause, way })) === 'resumed' ? 'woken' : 'late';
    },

    async recordSeen({ customer, messageId, at }) {
      const seenAt = await among(customer, (owners) => inApp.seen(owners, messageId, at));
      return seenAt === undefined ? 'unknown' : 'seen';
    },

    async exitEnrolment({ customer, enrolmentId, cause }) {
      const placed = await among(customer, (owners) => enrolments.find(owners, enrolmentId));
      if (!placed) return 'gone';
      const at = latest(cause.at, placed.enrolment.startedAt);
      const left = await enrolments.markEnded(placed, { outcome: 'exited', at });
      await tasks.closeAll(placed.owner, enrolmentId);
      // The execution may have started between the read and the end. If it starts later, its
      // starter finds the enrolment ended and stops it.
      const { executionArn, parkedUntil } = (await enrolments.get(placed.owner, enrolmentId)) ?? placed.enrolment;
      if (executionArn !== undefined) await executions.stop(executionArn, `exit criteria met by ${cause.name}`);
      // A suspended enrolment has no execution whose end would clean the profile, so it is cleaned
      // here.
      if (parkedUntil !== undefined)
        await endEnrolment(
          { profiles, enrolments, tasks },
          { ...placed, enrolmentId },
          { outcome: 'exited', at: cause.at },
        );
      return left ? 'left' : 'gone';
    },
  };
}

const latest = (a: Instant, b: Instant): Instant => (a > b ? a : b);
