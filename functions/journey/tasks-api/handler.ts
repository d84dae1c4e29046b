import * as z from 'zod';
import { type Executions } from '#lib/aws/step-functions/executions.ts';
import { type ApiRequest, type ApiResponse, type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { decideTaskAnswer, parseTaskAnswer } from '#lib/journey/api/task-answer.ts';
import { readTaskId } from '#lib/journey/execution/human-task.ts';
import { type TaskStore } from '#lib/journey/execution/human-task-store.ts';
import { type Customer } from '#lib/model/customer.ts';
import { NotFound, ThroughlineError } from '#lib/shared/errors.ts';
import { readCursor, readLimit, writeCursor } from '#lib/shared/http/paging.ts';
import { compact } from '#lib/shared/records.ts';
import { type Clock } from '#lib/shared/time.ts';

interface Dependencies {
  tasks: TaskStore;
  executions: Executions;
  clock: Clock;
}

/** A task that is answered: its partition, its id there and its token. */
interface AnsweredTask {
  owner: Customer;
  id: string;
  token: string;
}

async function listTasks({ tasks, clock }: Dependencies, { workspace, query }: ApiRequest): Promise<ApiResponse> {
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor, z.string());
  const page = { limit: readLimit(query.limit), after, now: clock.now() };
  const { items, next } = await tasks.list(workspace, page);
  return { body: compact({ items, nextCursor: next === undefined ? undefined : writeCursor(next) }) };
}

/**
 * Stores the answer, resumes the journey with it and closes the task. Returns false if another
 * request answered first, or if the step has timed out. Then nothing of the answer stays.
 */
async function storeAndResume(
  { tasks, executions }: Dependencies,
  { owner, id, token }: AnsweredTask,
  answer: string,
): Promise<boolean> {
  if (!(await tasks.answer(owner, id, answer))) return false;
  if ((await executions.resume(token, { answer })) === 'late') {
    await tasks.withdraw(owner, id);
    return false;
  }
  await tasks.close(owner, id);
  return true;
}

/** Resumes the journey with an answer that is stored. A late resume has been done before. */
async function resumeAgain(
  { tasks, executions }: Dependencies,
  { owner, id, token }: AnsweredTask,
  answer: string,
): Promise<void> {
  await executions.resume(token, { answer });
  await tasks.close(owner, id);
}

async function answerTask(deps: Dependencies, request: ApiRequest): Promise<ApiResponse> {
  const { id: taskId = '' } = request.params;
  const { customer, id } = readTaskId(taskId);
  const owner = { workspace: request.workspace, customer };
  const stored = await deps.tasks.get(owner, id);
  if (!stored) throw new NotFound('task.unknown', { taskId });
  const answer = parseTaskAnswer(request.body(), stored.task);
  const task = { owner, id, token: stored.token };
  const decision = decideTaskAnswer(stored.task, answer, deps.clock.now());
  const isStored = decision === 'store' && (await storeAndResume(deps, task, answer));
  if (decision === 'closed' || (decision === 'store' && !isStored))
    throw new ThroughlineError('conflict', 'task.closed', { taskId });
  if (decision === 'resume') await resumeAgain(deps, task, answer);
  return { body: { taskId, status: 'closed', answer } };
}

/**
 * Routes of human tasks. The first answer is stored, then resumes the journey. Idempotent: after a
 * crash in between, or a lost reply, the same answer resumes it and gets the same reply. Another
 * answer, or one after the timeout, is a conflict: `task.closed`.
 */
export function handleTaskRoutes(deps: Dependencies): ApiRoutes {
  return {
    'GET /v1/tasks': (request) => listTasks(deps, request),
    'POST /v1/tasks/{id}': (request) => answerTask(deps, request),
  };
}
