import * as z from 'zod';
import { PageQuery, type Routes } from '../route.ts';
import { JourneyEnrolment, JourneySummary, JourneyView } from './journey-view.ts';
import { TaskView } from './task.ts';

const path = z.object({ id: z.string() });
const unknown = { 404: 'No such journey' } as const;
const page = { 400: 'Not a limit, or not a cursor of ours' } as const;

const pageOf = (item: z.ZodType) => z.object({ items: z.array(item), nextCursor: z.string().optional() });

export const journeyRoutes: Routes = {
  'GET /v1/journeys': {
    id: 'listJourneys',
    summary: 'Journeys',
    key: 'secret',
    answer: z.object({ items: z.array(JourneySummary) }),
  },
  'GET /v1/journeys/{id}': {
    id: 'getJourney',
    summary: 'One journey and its definition',
    key: 'secret',
    path,
    answer: JourneyView,
    refusals: unknown,
  },
  'GET /v1/journeys/{id}/enrolments': {
    id: 'listEnrolments',
    summary: 'Who went through a journey, newest first',
    key: 'secret',
    path,
    query: PageQuery,
    answer: pageOf(JourneyEnrolment),
    refusals: { ...page, ...unknown },
  },
  'GET /v1/tasks': {
    id: 'listTasks',
    summary: 'Tasks that wait for a person',
    key: 'secret',
    query: PageQuery,
    answer: pageOf(TaskView),
    refusals: page,
  },
  'POST /v1/tasks/{id}': {
    id: 'answerTask',
    summary: 'Answer a task: its journey goes on',
    description: 'The first answer stands and moves the journey on; any later one is a conflict.',
    key: 'secret',
    path,
    body: { schema: z.strictObject({ answer: z.string().min(1) }) },
    answer: z.object({ taskId: z.string(), status: z.literal('closed'), answer: z.string() }),
    refusals: {
      400: 'None of the task’s answers',
      404: 'No such task',
      409: 'Answered before, or the journey went on without',
    },
  },
};
