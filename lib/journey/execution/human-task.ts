import * as z from 'zod';
import { NotFound } from '../../shared/errors.ts';
import { CustomerRef } from '../../model/customer.ts';
import { Instant } from '../../shared/time.ts';

/**
 * `open` until a person answers. `answered` until the step has the answer. Then, or after the
 * step's timeout, `closed`.
 */
export const TaskStatus = z.enum(['open', 'answered', 'closed']);
export type TaskStatus = z.infer<typeof TaskStatus>;

/**
 * The task of a step that waits for a person. After `until` the journey continues without an
 * answer.
 */
export const Task = z.object({
  enrolmentId: z.string(),
  journeyId: z.string(),
  stepId: z.string(),
  queue: z.string(),
  title: z.string(),
  assignee: z.string().optional(),
  answers: z.array(z.string()),
  openedAt: Instant,
  until: Instant,
  status: TaskStatus,
  answer: z.string().optional(),
});
export type Task = z.infer<typeof Task>;

/** A task as the API shows it. */
export const TaskView = Task.extend({ taskId: z.string(), customerId: z.string() });
export type TaskView = z.infer<typeof TaskView>;

export interface TaskPlace {
  customer: CustomerRef;
  id: string;
}

const Place = z.tuple([CustomerRef, z.string().min(1)]);

/**
 * Returns the public id of a task. It contains the reference of the customer in whose partition the
 * task lies.
 */
export function taskId({ customer, id }: TaskPlace): string {
  return Buffer.from(JSON.stringify([customer, id])).toString('base64url');
}

/** The reverse of `taskId`. Throws `NotFound('task.unknown')` for anything else. */
export function readTaskId(text: string): TaskPlace {
  try {
    const [customer, id] = Place.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { customer, id };
  } catch (cause) {
    throw new NotFound('task.unknown', { cause });
  }
}
