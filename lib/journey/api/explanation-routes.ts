import * as z from 'zod';
import { CursorQuery, PageQuery, type ApiRouteTable } from '../../shared/http/api-route.ts';
import { EntryRejectionRow } from '../enrolment/rejection-store.ts';
import { TaskView } from '../execution/human-task.ts';
import { Trace } from '../insight/trace.ts';
import { JourneyRecord } from '../publishing/journey-record.ts';
import { IdPath, invalidPage, pageOf, trimmed } from './route-parts.ts';
import { TaskAnswer } from './task-answer.ts';

/** A journey that admits no entries, and since when. */
const NotLive = JourneyRecord.pick({ journeyId: true, state: true, since: true });

/** Routes that explain what journeys did for one customer, and those of human tasks. */
export const explanationRoutes: ApiRouteTable = {
  'GET /v1/enrolments/{id}/trace': {
    id: 'traceEnrolment',
    summary: 'The steps of one enrolment, with the reason of each decision',
    description:
      'Available for ninety days after an execution’s end. Faster with `customerId`. A page holds as many steps as fit an answer; `complete` is about this page.',
    key: 'secret',
    path: IdPath,
    query: CursorQuery.extend({ customerId: z.string().optional() }),
    answer: Trace,
    refusals: { 400: 'An invalid cursor', 404: 'No such enrolment' },
  },
  'GET /v1/customers/{id}/refusals': {
    id: 'listRefusals',
    summary: 'The latest rejection of a customer by each journey, with its reason',
    description:
      'Entries to a journey that accepts none are not stored. `notLive` lists these journeys, and since when they accept none.',
    key: 'secret',
    path: IdPath,
    answer: z.object({ items: z.array(EntryRejectionRow), notLive: z.array(NotLive), trimmed }),
    refusals: { 404: 'No such customer' },
  },
  'GET /v1/tasks': {
    id: 'listTasks',
    summary: 'Open human tasks',
    key: 'secret',
    query: PageQuery,
    answer: pageOf(TaskView),
    refusals: invalidPage,
  },
  'POST /v1/tasks/{id}': {
    id: 'answerTask',
    summary: 'Answer a task: its journey continues',
    description: 'The first answer is kept and continues the journey. Any other answer after it is a conflict.',
    key: 'secret',
    path: IdPath,
    body: { schema: TaskAnswer, example: { answer: 'reached' } },
    answer: z.object({ taskId: z.string(), status: z.literal('closed'), answer: z.string() }),
    refusals: {
      400: 'Not one of the task’s answers',
      404: 'No such task',
      409: 'Answered before, or the step has timed out',
    },
  },
};
