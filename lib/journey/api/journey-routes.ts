import * as z from 'zod';
import { CursorQuery, PageQuery, type ApiRoute, type ApiRouteTable } from '../../shared/http/api-route.ts';
import { Trimmed } from '../../shared/trim.ts';
import { JourneyDraft } from '../definition/journey-definition.ts';
import { DefinitionDiff } from './definition-diff.ts';
import { draft } from './draft-example.ts';
import {
  JourneyRecordView,
  JourneyEnrolment,
  JourneySummary,
  JourneyView,
  PublishedView,
  SavedDraft,
  VersionSummary,
  VersionView,
} from '../insight/journey-views.ts';
import { JourneyRecord, Winner } from '../publishing/journey-record.ts';
import { PublishRequest } from '../publishing/apply-publication.ts';
import { EntryRejectionRow } from '../enrolment/rejection-store.ts';
import { ReplayResult } from '../simulation/replay.ts';
import { SimulateBody } from '../simulation/simulation-request.ts';
import { SimulationResult } from '../simulation/simulation-result.ts';
import { TaskView } from '../execution/human-task.ts';
import { Trace } from '../insight/trace.ts';

const path = z.object({ id: z.string() });
const unknown = { 404: 'No such journey' } as const;
const page = { 400: 'Not a limit, or not a cursor of ours' } as const;

/** Lists that were cut to fit the answer. */
const trimmed = z.array(Trimmed).optional();

const pageOf = (item: z.ZodType) => z.object({ items: z.array(item), nextCursor: z.string().optional() });

const VariantCounts = z.object({
  assigned: z.int(),
  goal: z.int(),
  guardrails: z.record(z.string(), z.int()),
});

/** A journey that admits no entries, and since when. */
const NotLive = JourneyRecord.pick({ journeyId: true, state: true, since: true });

const Stats = z.object({
  version: z.int(),
  entered: z.int(),
  ended: z.record(z.string(), z.int()).describe('by outcome'),
  goal: z.int(),
  experiments: z.record(z.string(), z.record(z.string(), VariantCounts)).describe('by step and variant'),
});

const lifecycle = (id: string, summary: string): ApiRoute => ({
  id,
  summary,
  description: 'Asked for again it changes nothing.',
  key: 'secret',
  path,
  answer: JourneyRecordView,
  refusals: { 404: 'It was never published', 409: 'Its state forbids it' },
});

export const journeyRouteDocs: ApiRouteTable = {
  'GET /v1/journeys': {
    id: 'listJourneys',
    summary: 'Journeys: the shipped ones and the workspace’s own, drafts included',
    key: 'secret',
    query: CursorQuery,
    answer: pageOf(JourneySummary),
    refusals: { 400: 'Not a cursor of ours' },
  },
  'GET /v1/journeys/{id}': {
    id: 'getJourney',
    summary: 'One journey: what it does, the definition most newcomers enter, its draft',
    description: '`ETag` is the draft’s.',
    key: 'secret',
    path,
    answer: JourneyView,
    refusals: unknown,
  },
  'PUT /v1/journeys/{id}': {
    id: 'saveJourney',
    summary: 'Write a journey’s draft',
    description:
      'Replaces the draft whole. One that is there already asks for `If-Match` with the `ETag` it was read with. What is wrong with it is answered as `faults`; only publishing refuses errors.',
    key: 'secret',
    path,
    headers: z.object({ 'if-match': z.string().optional(), 'if-none-match': z.string().optional() }),
    body: { schema: JourneyDraft.partial({ id: true }), example: draft },
    answer: SavedDraft,
    refusals: {
      400: 'Not a definition',
      412: 'Somebody else has written it, or it is there already',
      413: 'More than 256 KB',
      428: 'It is there already: If-Match is missing',
    },
  },
  'POST /v1/journeys/{id}/publish': {
    id: 'publishJourney',
    summary: 'Publish the draft as a new version',
    description:
      'People inside stay on their version, unless `migrate.map` leads them on: from the step at which they act next to a step of the new version, or to `exit`. With `weight` only that share of newcomers enters the new version; with `weight` 0 test people only (`POST …/enrolments`, `test`), also where the journey is still a draft or closed. `dryRun` says what would come of it. Sent again it finishes what a failure left, and publishes nothing twice.',
    key: 'secret',
    path,
    body: { schema: PublishRequest, example: { migrate: { map: { 'Wait a day': 'Ask again' } }, dryRun: true } },
    answer: PublishedView,
    refusals: {
      400: 'Not such a request',
      404: 'No such draft',
      409: 'Somebody else published it at the same time',
      422: 'The definition or the map has errors',
    },
  },
  'POST /v1/journeys/{id}/pause': lifecycle(
    'pauseJourney',
    'Pause: nobody enters, whoever is inside is held before the next effect',
  ),
  'POST /v1/journeys/{id}/resume': lifecycle(
    'resumeJourney',
    'Resume: people held go on at a steady rate; a closed journey takes people in again',
  ),
  'POST /v1/journeys/{id}/close': lifecycle('closeJourney', 'Close: nobody enters, whoever is inside goes on'),
  'POST /v1/journeys/{id}/stop': lifecycle('stopJourney', 'Stop: nobody enters, and every stay ends'),
  'GET /v1/journeys/{id}/versions': {
    id: 'listJourneyVersions',
    summary: 'Published versions, newest first',
    key: 'secret',
    path,
    query: CursorQuery,
    answer: pageOf(VersionSummary),
    refusals: { 400: 'Not a cursor of ours', ...unknown },
  },
  'GET /v1/journeys/{id}/versions/{version}': {
    id: 'getJourneyVersion',
    summary: 'One version and its definition',
    key: 'secret',
    path: path.extend({ version: z.string() }),
    answer: VersionView,
    refusals: { 400: 'Not a number', 404: 'No such journey or version' },
  },
  'GET /v1/journeys/{id}/diff': {
    id: 'diffJourney',
    summary: 'What differs between two versions, by step and in words',
    key: 'secret',
    path,
    query: z.object({
      from: z.string().optional().describe('a version’s number or `draft`; the live version unless told'),
      to: z.string().optional().describe('a version’s number or `draft`; the draft unless told'),
    }),
    answer: DefinitionDiff.extend({ from: z.string(), to: z.string(), trimmed }),
    refusals: { 400: 'Not a version', 404: 'No such journey, version or draft' },
  },
  'GET /v1/journeys/{id}/stats': {
    id: 'getJourneyStats',
    summary: 'People who entered, ended and reached the goal, by version and variant',
    key: 'secret',
    path,
    query: CursorQuery,
    answer: pageOf(Stats),
    refusals: { 400: 'Not a cursor of ours', ...unknown },
  },
  'GET /v1/journeys/{id}/experiments/{step}': {
    id: 'getExperiment',
    summary: 'What an experiment has shown so far',
    key: 'secret',
    path: path.extend({ step: z.string() }),
    query: z.object({ version: z.string().optional().describe('the newest that takes people in unless told') }),
    answer: z.object({
      stepId: z.string(),
      counts: z.record(z.string(), VariantCounts),
      result: z.looseObject({
        conclusion: z.string(),
        variant: z.string().optional(),
        ship: z.string().optional(),
        text: z.object({ en: z.string(), ko: z.string() }),
      }),
      winner: Winner.optional(),
      trimmed,
    }),
    refusals: { 400: 'Not a version', 404: 'No such journey or experiment' },
  },
  'POST /v1/journeys/{id}/experiments/{step}/winner': {
    id: 'setWinner',
    summary: 'Give everybody one variant from now on',
    description: '`variant: null` takes it back.',
    key: 'secret',
    path: path.extend({ step: z.string() }),
    body: { schema: z.strictObject({ variant: z.string().min(1).nullable() }), example: { variant: 'Short' } },
    answer: JourneyRecordView,
    refusals: { 400: 'No such variant', 404: 'No such journey or experiment' },
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
  'POST /v1/journeys/{id}/simulate': {
    id: 'simulateJourney',
    summary: 'A journey on simulated customers, or on what customers really did',
    description:
      'The compiled definition on the same engine, in simulated time. Nothing is sent and nothing is left behind. It ends within 20 seconds: where that is too short, with fewer customers, and `complete` is false.',
    key: 'secret',
    path,
    body: { schema: SimulateBody, example: { customers: 200, days: 30, seed: 1, population: { refuses: 0.2 } } },
    answer: z.union([SimulationResult.extend({ trimmed }), ReplayResult.extend({ trimmed })]),
    refusals: {
      400: 'Not what a simulation can be asked for',
      404: 'No such journey or version',
      413: 'The definition has more than 256 KB',
      422: 'The definition has faults',
      429: 'Three are under way, or 120 were begun within an hour: again after `Retry-After` seconds',
    },
  },
  'GET /v1/enrolments/{id}/trace': {
    id: 'traceEnrolment',
    summary: 'Why each step of one enrolment did what it did',
    description:
      'Kept for ninety days after an execution’s end. Faster with `customerId`. A page holds what fits into an answer; `complete` is of the page.',
    key: 'secret',
    path,
    query: CursorQuery.extend({ customerId: z.string().optional() }),
    answer: Trace,
    refusals: { 400: 'Not a cursor of ours', 404: 'No such enrolment' },
  },
  'GET /v1/customers/{id}/refusals': {
    id: 'listRefusals',
    summary: 'Why journeys did not let a customer in: the latest refusal of each',
    description:
      'Nothing is kept of those who come to a journey that takes nobody in: `notLive` says since when none of them can enter.',
    key: 'secret',
    path,
    answer: z.object({ items: z.array(EntryRejectionRow), notLive: z.array(NotLive), trimmed }),
    refusals: { 404: 'No such customer' },
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
    body: { schema: z.strictObject({ answer: z.string().min(1) }), example: { answer: 'reached' } },
    answer: z.object({ taskId: z.string(), status: z.literal('closed'), answer: z.string() }),
    refusals: {
      400: 'None of the task’s answers',
      404: 'No such task',
      409: 'Answered before, or the journey went on without',
    },
  },
};
