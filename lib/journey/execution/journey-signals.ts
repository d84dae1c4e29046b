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

/** What journeys hear of the outside: `relay` tells it what the projector found when it folded a touchpoint. */
export interface JourneySignalHandler {
  /**
   * The touchpoint a step waited for has come. `late` when the step had timed out or was told before, `unknown` when nothing of the
   * wait is left. Safe to repeat.
   */
  completeWait(told: {
    customer: Customer;
    waitId: string;
    cause: CauseOf;
    way?: number | undefined;
  }): Promise<'woken' | 'late' | 'unknown'>;
  /** A message was seen inside the app. Safe to repeat. */
  recordSeen(told: { customer: Customer; messageId: string; at: Instant }): Promise<'seen' | 'unknown'>;
  /**
   * The exit criteria were met: the enrolment ends with outcome `exited`, its execution is stopped, open tasks are closed. Dying in
   * between and telling again finishes what is missing. `gone` when it had ended before, or nothing of it is left.
   */
  exitEnrolment(told: { customer: Customer; enrolmentId: string; cause: CauseOf }): Promise<'left' | 'gone'>;
}

export function createJourneySignalHandler({
  profiles,
  enrolments,
  waits,
  tasks,
  inApp,
  executions,
}: JourneySignalDependencies): JourneySignalHandler {
  /** Looks with the customer's own identity first: linked ones cost a read, and are rarely the ones that entered. */
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
      const left = await enrolments.markEnded(placed, 'exited', latest(cause.at, placed.enrolment.startedAt));
      await tasks.closeAll(placed.owner, enrolmentId);
      // It may have been started between our reading and its end. If not, whoever starts it will find it ended, and stop it.
      const { executionArn, parkedUntil } = (await enrolments.get(placed.owner, enrolmentId)) ?? placed.enrolment;
      if (executionArn !== undefined) await executions.stop(executionArn, `exit criteria met by ${cause.name}`);
      // No execution ends with a parked stay, so nobody would clear its profile.
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
