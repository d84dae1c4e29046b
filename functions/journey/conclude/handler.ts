import * as z from 'zod';
import { Unavailable } from '../../../lib/errors.ts';
import { Customer } from '../../../lib/identity/customer.ts';
import { enrolmentOfExecution } from '../../../lib/journey/enrolment.ts';
import { type EnrolmentStore, endWrites, type Placed } from '../../../lib/journey/enrolment-store.ts';
import { storedProfile } from '../../../lib/journey/owners.ts';
import { type TaskStore } from '../../../lib/journey/task-store.ts';
import { type Profile } from '../../../lib/profile/profile.ts';
import { type ProfileStore } from '../../../lib/profile/store.ts';
import { type Clock, type Instant } from '../../../lib/time.ts';

interface Dependencies {
  profiles: ProfileStore;
  enrolments: EnrolmentStore;
  tasks: TaskStore;
  clock: Clock;
}

const parsed = z.string().transform((text): unknown => JSON.parse(text));

/** What Step Functions tells of an execution that ended. */
const Ended = z.object({
  detail: z.object({
    name: z.string(),
    status: z.enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']),
    /** Milliseconds since 1970. */
    stopDate: z.number().nullish(),
    input: parsed.pipe(Customer),
    output: parsed.pipe(z.looseObject({ outcome: z.string().optional() })).nullish(),
  }),
});

type Detail = z.infer<typeof Ended>['detail'];

/** `ended` now, `already` before, `unknown`: nothing of the enrolment is left, or the execution is not one of ours. */
type Outcome = 'ended' | 'already' | 'unknown';

const outcomes = {
  SUCCEEDED: ({ output }) => output?.outcome ?? 'completed',
  FAILED: () => 'failed',
  TIMED_OUT: () => 'timed-out',
  ABORTED: () => 'stopped',
} as const satisfies Record<Detail['status'], (detail: Detail) => string>;

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
 * An execution has ended, so its enrolment has: the outcome is kept, the entry slot is free, the profile holds neither the journey nor
 * its waits, open tasks are closed. One transaction and the tasks; told again, it finishes what is missing. An enrolment that was ended
 * by its exit criteria keeps that outcome.
 */
export function conclude({ profiles, enrolments, tasks, clock }: Dependencies) {
  async function end(placed: Placed, outcome: string, at: Instant): Promise<Outcome | undefined> {
    const { enrolment, owner } = placed;
    const before = enrolment.status === 'ended';
    const stored = await storedProfile(profiles, owner);
    const profile = stored && without(stored.profile, enrolment.enrolmentId);
    const also = before ? [] : endWrites(placed, outcome, at);
    const written = profile
      ? await profiles.save({ profile, also }, stored.rev)
      : before || (await enrolments.end(placed, outcome, at));
    return written ? (before ? 'already' : 'ended') : undefined;
  }

  return async (event: unknown): Promise<{ outcome: Outcome }> => {
    const { detail } = Ended.parse(event);
    const enrolmentId = enrolmentOfExecution(detail.name);
    if (enrolmentId === undefined) return { outcome: 'unknown' };
    const owner = detail.input;
    const at = detail.stopDate == null ? clock.now() : new Date(detail.stopDate).toISOString();
    for (let tries = 0; tries < maxTries; tries++) {
      const enrolment = await enrolments.get(owner, enrolmentId);
      if (!enrolment) return { outcome: 'unknown' };
      const outcome = await end({ enrolment, owner }, outcomes[detail.status](detail), at);
      if (outcome === undefined) continue;
      await tasks.closeAll(owner, enrolmentId);
      return { outcome };
    }
    throw new Unavailable('enrolment.contended', { enrolmentId });
  };
}
