import * as z from 'zod';
import { type Executions } from '../../../lib/aws/step-functions/executions.ts';
import { type ApiRoutes } from '../../../lib/aws/http/api-function.ts';
import { NotFound, Rejected, ThroughlineError } from '../../../lib/shared/errors.ts';
import { readTaskId } from '../../../lib/journey/execution/human-task.ts';
import { type StoredTask, type TaskStore } from '../../../lib/journey/execution/human-task-store.ts';
import { readCursor, readLimit, writeCursor } from '../../../lib/shared/http/paging.ts';
import { type Clock } from '../../../lib/shared/time.ts';

interface Dependencies {
  tasks: TaskStore;
  executions: Executions;
  clock: Clock;
}

export const TaskAnswer = z.strictObject({ answer: z.string().min(1) });

function readAnswer(body: unknown, { task }: StoredTask): string {
  const read = TaskAnswer.safeParse(body);
  if (!read.success || !task.answers.includes(read.data.answer))
    throw new Rejected('task.unknown-answer', { answers: task.answers });
  return read.data.answer;
}

/**
 * Routes of human tasks. The first answer is stored, then resumes the journey. Idempotent: after a
 * crash in between, or a lost reply, the same answer resumes it and gets the same reply. Another
 * answer, or one after the timeout, is a conflict: `task.closed`.
 */
export function handleTaskRoutes({ tasks, executions, clock }: Dependencies): ApiRoutes {
  return {
    'GET /v1/tasks': async ({ workspace, query }) => {
      const after = query.cursor === undefined ? undefined : readCursor(query.cursor, z.string());
      const page = { limit: readLimit(query.limit), after, now: clock.now() };
      const { items, next } = await tasks.list(workspace, page);
      return { body: { items, ...(next !== undefined && { nextCursor: writeCursor(next) }) } };
    },

    'POST /v1/tasks/{id}': async ({ workspace, params, ...request }) => {
      const taskId = params.id ?? '';
      const { customer, id } = readTaskId(taskId);
      const owner = { workspace, customer };
      const stored = await tasks.get(owner, id);
      if (!stored) throw new NotFound('task.unknown', { taskId });
      const answer = readAnswer(request.body(), stored);
      const closed = (): ThroughlineError => new ThroughlineError('conflict', 'task.closed', { taskId });
      const { task, token } = stored;
      const reply = { body: { taskId, status: 'closed', answer } };
      const isSame = task.answer === answer;
      if (isSame && task.status === 'closed') return reply;
      const told = isSame && task.status === 'answered';
      if (!told && task.until <= clock.now()) throw closed();
      if (!told && !(await tasks.answer(owner, id, answer))) throw closed();
      const resumed = await executions.resume(token, { answer });
      if (resumed === 'late' && !told) {
        await tasks.withdraw(owner, id);
        throw closed();
      }
      await tasks.close(owner, id);
      return reply;
    },
  };
}
