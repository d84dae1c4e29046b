import { type Executions } from '#lib/aws/step-functions/executions.ts';
import { type Profile } from '#lib/model/profile.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { deterministicId } from '#lib/shared/ids.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { addDuration } from '#lib/shared/time.ts';
import { type TaskStore } from '../../execution/human-task-store.ts';
import { type Task } from '../../execution/human-task.ts';
import { type StepCall, stepOf, tokenOf } from '../../execution/step-call.ts';
import { interpolate } from '../../messaging/render-template.ts';
import { templateValues } from '../template-values.ts';

/** The stores and the client that a task uses. */
export interface HumanTaskDependencies {
  profiles: Pick<ProfileStore, 'get'>;
  tasks: Pick<TaskStore, 'open' | 'get'>;
  executions: Pick<Executions, 'resume'>;
}

/**
 * `waiting` for a person, `resumed` because the answer had come before, `left`: the customer has
 * left the journey.
 */
export interface HumanTaskResult {
  status: 'waiting' | 'resumed' | 'left';
  because?: JsonObject;
}

/** Returns the task of a step, with the places of its texts filled. */
export function toTask(call: StepCall, profile: Profile): Task {
  const { queue, title, assignee, answers, timeout } = stepOf(call, 'humanTask');
  const { enrolment, stepId, enteredAt: openedAt } = call;
  const { enrolmentId, journeyId } = enrolment;
  const values = templateValues(call, profile);
  return {
    enrolmentId,
    journeyId,
    stepId,
    queue,
    answers: Object.keys(answers),
    openedAt,
    until: addDuration(openedAt, timeout),
    title: interpolate(title, values),
    ...(assignee !== undefined && { assignee: interpolate(assignee, values).trim() }),
    status: 'open',
  };
}

/**
 * Opens the task of a step. A retry brings a new token, which replaces the old one. A task that was
 * answered before resumes the step.
 */
export async function openHumanTask(
  { profiles, tasks, executions }: HumanTaskDependencies,
  call: StepCall,
): Promise<HumanTaskResult> {
  const { enrolment, stepId, occurrence } = call;
  const token = tokenOf(call);
  const profile = await profiles.get(enrolment);
  if (!profile || !Object.hasOwn(profile.journeys, enrolment.enrolmentId)) return { status: 'left' };
  const id = deterministicId('task', enrolment.enrolmentId, stepId, occurrence);
  const task = toTask(call, profile);
  const { until, title, assignee = null } = task;
  if (await tasks.open(enrolment, id, { task, token }))
    return { status: 'waiting', because: { until, title, assignee } };
  const answer = (await tasks.get(enrolment, id))?.task.answer;
  if (answer !== undefined) await executions.resume(token, { answer });
  return { status: 'resumed', because: { answeredBefore: answer ?? null } };
}
