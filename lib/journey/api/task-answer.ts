import * as z from 'zod';
import { Rejected } from '../../shared/errors.ts';
import { type Instant } from '../../shared/time.ts';
import { type Task } from '../execution/human-task.ts';

/** Body of a request to answer a human task. */
export const TaskAnswer = z.strictObject({ answer: z.string().min(1) });

/** Parses an answer. Throws `task.unknown-answer` unless it is one of the task's answers. */
export function parseTaskAnswer(body: unknown, { answers }: Pick<Task, 'answers'>): string {
  const read = TaskAnswer.safeParse(body);
  if (!read.success || !answers.includes(read.data.answer)) throw new Rejected('task.unknown-answer', { answers });
  return read.data.answer;
}

/**
 * Decides what a request with an answer does. `store`: the answer is the first. `resume`: an
 * earlier request stored the same answer and may not have resumed the journey. `done`: nothing is
 * left to do. `closed`: another answer stands, or the task has timed out.
 */
export function decideTaskAnswer(
  task: Pick<Task, 'status' | 'answer' | 'until'>,
  answer: string,
  now: Instant,
): 'store' | 'resume' | 'done' | 'closed' {
  if (task.answer === answer && task.status === 'closed') return 'done';
  if (task.answer === answer && task.status === 'answered') return 'resume';
  return task.until <= now ? 'closed' : 'store';
}
