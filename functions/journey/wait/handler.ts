import { NotFound, Rejected, Unavailable } from '../../../lib/errors.ts';
import { type Executions } from '../../../lib/aws/executions.ts';
import { type Touchpoint } from '../../../lib/ingestion/touchpoint.ts';
import { type StepOf } from '../../../lib/journey/step.ts';
import { nameOf } from '../../../lib/journey/enrolment.ts';
import { storedProfile } from '../../../lib/journey/owners.ts';
import { StepCall } from '../../../lib/journey/step-call.ts';
import { type TaskStore } from '../../../lib/journey/task-store.ts';
import { waitWrite } from '../../../lib/journey/wait-store.ts';
import { meets } from '../../../lib/profile/meets.ts';
import { type Profile } from '../../../lib/profile/profile.ts';
import { type ProfileStore } from '../../../lib/profile/store.ts';
import { after, type Instant } from '../../../lib/time.ts';

interface Dependencies {
  profiles: ProfileStore;
  tasks: TaskStore;
  executions: Executions;
  touchpointsSince: (profile: Profile, since: Instant) => Promise<Touchpoint[]>;
}

interface Waiting {
  call: StepCall;
  token: string;
  until: Instant;
}

/** `waiting` for a touchpoint or a person; `resumed` because it had come already; `left`: the customer is not inside any more. */
type Result = { status: 'waiting' | 'resumed' | 'left' };

/** Touchpoints of one customer folded while we register: each makes us look again. */
const maxTries = 10;

/**
 * The steps `waitForEvent` and `humanTask`: keeps the task token where the touchpoint, or the answer, will find it. No touchpoint is
 * missed: those stored since the step was entered are looked at here, and the wait is written only if the profile is still the one
 * read before that look, so whatever is folded later finds the wait in the profile. A retry of the step brings a new token, which
 * takes the old one's place; it looks again, so what came in between resumes it.
 */
export function wait({ profiles, tasks, executions, touchpointsSince }: Dependencies) {
  async function forEvent({ call, token, until }: Waiting, { on }: StepOf<'waitForEvent'>): Promise<Result> {
    const { enrolment, stepId, occurrence, enteredAt: since } = call;
    const { enrolmentId } = enrolment;
    const waitId = nameOf('wait', enrolmentId, stepId, occurrence);
    for (let tries = 0; tries < maxTries; tries++) {
      const stored = await storedProfile(profiles, enrolment);
      if (!stored) throw new NotFound('customer.unknown', { enrolmentId });
      const { profile, rev } = stored;
      if (!Object.hasOwn(profile.journeys, enrolmentId)) return { status: 'left' };
      // Whoever was last seen before has done nothing since that is folded; what is not folded yet will find the wait.
      const looked = profile.lastSeen < since ? [] : await touchpointsSince(profile, since);
      const done = looked.find((touchpoint) => meets(on, { profile, touchpoint, now: touchpoint.at }));
      if (done) {
        const { messageId, name, at } = done;
        await executions.resume(token, { touchpoint: { messageId, name, at } });
        return { status: 'resumed' };
      }
      const waits = { ...profile.waits, [waitId]: { enrolmentId, on, since, until } };
      const row = waitWrite({ owner: enrolment, waitId, enrolmentId, stepId, token, until });
      if (await profiles.save({ profile: { ...profile, waits }, also: [row] }, rev)) return { status: 'waiting' };
    }
    throw new Unavailable('wait.contended', { enrolmentId, stepId });
  }

  async function forPerson({ call, token, until }: Waiting, step: StepOf<'humanTask'>): Promise<Result> {
    const { enrolment, stepId, occurrence, enteredAt: openedAt } = call;
    const { enrolmentId, journeyId } = enrolment;
    const profile = await profiles.get(enrolment);
    if (!profile || !Object.hasOwn(profile.journeys, enrolmentId)) return { status: 'left' };
    const id = nameOf('task', enrolmentId, stepId, occurrence);
    const answers = Object.keys(step.answers);
    const facts = { enrolmentId, journeyId, stepId, queue: step.queue, title: step.title, answers, openedAt, until };
    if (await tasks.open(enrolment, id, { task: { ...facts, status: 'open' }, token })) return { status: 'waiting' };
    const answer = (await tasks.get(enrolment, id))?.task.answer;
    if (answer !== undefined) await executions.resume(token, { answer });
    return { status: 'resumed' };
  }

  return (event: unknown): Promise<Result> => {
    const call = StepCall.parse(event);
    const { step, stepId, token, enteredAt } = call;
    if (token === undefined) throw new Rejected('journey.no-token', { stepId });
    if (step.kind !== 'waitForEvent' && step.kind !== 'humanTask')
      throw new Rejected('journey.wrong-step', { stepId, kind: step.kind });
    const waiting = { call, token, until: after(enteredAt, step.timeout) };
    return step.kind === 'waitForEvent' ? forEvent(waiting, step) : forPerson(waiting, step);
  };
}
