import { type JsonObject } from '../../../lib/shared/json.ts';
import { NotFound, Rejected, Unavailable } from '../../../lib/shared/errors.ts';
import { type Executions } from '../../../lib/aws/step-functions/executions.ts';
import { type Touchpoint } from '../../../lib/model/touchpoint.ts';
import { type StepOf } from '../../../lib/journey/definition/step.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { deterministicId } from '../../../lib/shared/ids.ts';
import { type PausedStep, type PausedStepStore } from '../../../lib/journey/execution/paused-step-store.ts';
import { type JourneyStore } from '../../../lib/journey/publishing/journey-store.ts';
import { readVersionedProfile, type ProfileStore } from '../../../lib/profile/profile-store.ts';
import { StepCall } from '../../../lib/journey/execution/step-call.ts';
import { interpolate } from '../../../lib/journey/messaging/render-template.ts';
import { templateValues } from '../../../lib/journey/steps/template-values.ts';
import { resolveWaitUntil } from '../../../lib/journey/steps/wait/wait-until.ts';
import { type TaskStore } from '../../../lib/journey/execution/human-task-store.ts';
import { waitWrite } from '../../../lib/journey/execution/wait-store.ts';
import { matchedPredicateIndex } from '../../../lib/predicate/evaluate.ts';
import { type Predicate } from '../../../lib/model/predicate.ts';
import { type Profile } from '../../../lib/model/profile.ts';
import { causeOf } from '../../../lib/profile/cause.ts';
import { addDuration, type Instant } from '../../../lib/shared/time.ts';

interface Dependencies {
  profiles: ProfileStore;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  journeys: Pick<JourneyStore, 'readRecord'>;
  held: PausedStepStore;
  tasks: TaskStore;
  executions: Executions;
  touchpointsSince: (profile: Profile, since: Instant) => Promise<Touchpoint[]>;
}

interface Waiting {
  call: StepCall;
  token: string;
  until: Instant;
}

/**
 * `waiting` for a touchpoint or a person, `resumed` because it had come before, `left`: the
 * customer has left the journey.
 */
type Result =
  | { status: 'waiting' | 'resumed' | 'left'; because?: JsonObject }
  /** The time that a computed wait lasts until, and when to compute it again. */
  | { until: Instant; ahead?: Instant; because: JsonObject }
  | { missing: true; because: JsonObject };

/** Returns the first touchpoint that ends the wait, and the index of the predicate it matches. */
function findMatchingTouchpoint(
  touchpoints: Touchpoint[],
  predicates: { on: Predicate; or: Predicate[] },
  profile: Profile,
): { touchpoint: Touchpoint; way: number } | undefined {
  for (const touchpoint of touchpoints) {
    const way = matchedPredicateIndex(predicates, { profile, touchpoint, now: touchpoint.at });
    if (way !== undefined) return { touchpoint, way };
  }
  return undefined;
}

/** Maximum attempts to register. Each touchpoint folded during one costs another. */
const maxTries = 10;

/**
 * The steps `waitForEvent` and `humanTask`: stores the task token. No touchpoint is missed: those
 * since the step's entry are read here, and the wait is written only over the profile read before
 * them, so later ones find the wait in the profile. A retry brings a new token, which replaces the
 * old one, and reads again.
 */
export function waitForTouchpoint(dependencies: Dependencies) {
  const { profiles, workspaces, journeys, held, tasks, executions, touchpointsSince } = dependencies;

  async function forEvent({ call, token, until }: Waiting, step: StepOf<'waitForEvent'>): Promise<Result> {
    const { on } = step;
    const or = (step.or ?? []).map((other) => other.on);
    const { enrolment, stepId, occurrence, enteredAt: since } = call;
    const { enrolmentId } = enrolment;
    const waitId = deterministicId('wait', enrolmentId, stepId, occurrence);
    for (let tries = 0; tries < maxTries; tries++) {
      const stored = await readVersionedProfile(profiles, enrolment);
      if (!stored) throw new NotFound('customer.unknown', { enrolmentId });
      const { profile, rev } = stored;
      if (!Object.hasOwn(profile.journeys, enrolmentId)) return { status: 'left' };
      // A customer last seen before has no folded touchpoint since. One not folded yet will find
      // the wait.
      const looked = profile.lastSeen < since ? [] : await touchpointsSince(profile, since);
      const done = findMatchingTouchpoint(looked, { on, or }, profile);
      if (done) {
        await executions.resume(token, { touchpoint: causeOf(done.touchpoint, done.touchpoint.at), way: done.way });
        return { status: 'resumed', because: { touchpoint: done.touchpoint.messageId } };
      }
      const waits = { ...profile.waits, [waitId]: { enrolmentId, on, ...(or.length > 0 && { or }), since, until } };
      const row = waitWrite({ owner: enrolment, waitId, enrolmentId, stepId, token, until });
      if (await profiles.save({ profile: { ...profile, waits }, also: [row] }, rev))
        return { status: 'waiting', because: { until, looked: looked.length } };
    }
    throw new Unavailable('wait.contended', { enrolmentId, stepId });
  }

  async function forPerson({ call, token, until }: Waiting, step: StepOf<'humanTask'>): Promise<Result> {
    const { enrolment, stepId, occurrence, enteredAt: openedAt } = call;
    const { enrolmentId, journeyId } = enrolment;
    const profile = await profiles.get(enrolment);
    if (!profile || !Object.hasOwn(profile.journeys, enrolmentId)) return { status: 'left' };
    const id = deterministicId('task', enrolmentId, stepId, occurrence);
    const answers = Object.keys(step.answers);
    const values = templateValues(call, profile);
    const facts = {
      ...{ enrolmentId, journeyId, stepId, queue: step.queue, answers, openedAt, until },
      title: interpolate(step.title, values),
      ...(step.assignee !== undefined && { assignee: interpolate(step.assignee, values).trim() }),
    };
    const { assignee = null, title } = facts;
    if (await tasks.open(enrolment, id, { task: { ...facts, status: 'open' }, token }))
      return { status: 'waiting', because: { until, title, assignee } };
    const answer = (await tasks.get(enrolment, id))?.task.answer;
    if (answer !== undefined) await executions.resume(token, { answer });
    return { status: 'resumed', because: { answeredBefore: answer ?? null } };
  }

  /**
   * Pauses the step until the journey is resumed. Writes the row first, then reads the record
   * again: a resumption in between may have passed the row already.
   */
  async function forResume({ call, token }: Pick<Waiting, 'call' | 'token'>): Promise<Result> {
    const { enrolment, stepId, enteredAt } = call;
    const { workspace, customer, journeyId, enrolmentId } = enrolment;
    const owner = { workspace, customer };
    const waiting: PausedStep = { owner, journeyId, enrolmentId, stepId, since: instantOf(enteredAt), token };
    await held.add(waiting);
    const head = await journeys.readRecord(workspace, journeyId, { consistent: true });
    if (head?.state === 'paused') return { status: 'waiting', because: { since: head.since } };
    await executions.resume(token, {});
    await held.remove(waiting);
    return { status: 'resumed' };
  }

  /** Returns a time in the customer's zone, or from a trait. */
  async function forTime(call: StepCall, step: StepOf<'wait'>): Promise<Result> {
    const { enrolment, enteredAt, since = enteredAt } = call;
    const [stored, workspace] = await Promise.all([
      readVersionedProfile(profiles, enrolment),
      workspaces.settings(enrolment.workspace),
    ]);
    if (!stored || !workspace) throw new NotFound('customer.unknown', { enrolmentId: enrolment.enrolmentId });
    const { profile } = stored;
    return resolveWaitUntil(step, { profile, workspace, now: instantOf(enteredAt), since: instantOf(since) });
  }

  return (event: unknown): Promise<Result> => {
    const call = StepCall.parse(event);
    const { step, stepId, token, enteredAt } = call;
    if (step.kind === 'wait') return forTime(call, step);
    if (token === undefined) throw new Rejected('journey.no-token', { stepId });
    if (step.kind === 'hold') return forResume({ call, token });
    if (step.kind !== 'waitForEvent' && step.kind !== 'humanTask')
      throw new Rejected('journey.wrong-step', { stepId, kind: step.kind });
    const waiting = { call, token, until: addDuration(enteredAt, step.timeout) };
    return step.kind === 'waitForEvent' ? forEvent(waiting, step) : forPerson(waiting, step);
  };
}

/** Step Functions omits milliseconds that are zero. */
const instantOf = (time: string): Instant => new Date(time).toISOString();
