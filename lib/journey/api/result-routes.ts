import * as z from 'zod';
import { CursorQuery, PageQuery, type ApiRouteTable } from '../../shared/http/api-route.ts';
import { JourneyEnrolment, JourneyRecordView } from '../insight/journey-views.ts';
import { Winner } from '../publishing/journey-record.ts';
import { ReplayResult } from '../simulation/replay.ts';
import { SimulateBody } from '../simulation/simulation-request.ts';
import { SimulationResult } from '../simulation/simulation-result.ts';
import { IdPath, invalidCursor, invalidPage, pageOf, StepPath, trimmed, unknownJourney } from './route-parts.ts';

const VariantCounts = z.object({
  assigned: z.int(),
  goal: z.int(),
  guardrails: z.record(z.string(), z.int()),
});

const Stats = z.object({
  version: z.int(),
  entered: z.int(),
  ended: z.record(z.string(), z.int()).describe('by outcome'),
  goal: z.int(),
  experiments: z.record(z.string(), z.record(z.string(), VariantCounts)).describe('by step and variant'),
});

const ExperimentView = z.object({
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
});

/** Routes that show what journeys achieve, and what they would do. */
export const resultRoutes: ApiRouteTable = {
  'GET /v1/journeys/{id}/stats': {
    id: 'getJourneyStats',
    summary: 'Customers who entered, ended and reached the goal, by version and variant',
    key: 'secret',
    path: IdPath,
    query: CursorQuery,
    answer: pageOf(Stats),
    refusals: { ...invalidCursor, ...unknownJourney },
  },
  'GET /v1/journeys/{id}/experiments/{step}': {
    id: 'getExperiment',
    summary: 'The result of an experiment so far',
    key: 'secret',
    path: StepPath,
    query: z.object({
      version: z.string().optional().describe('Default: the newest version that accepts entries'),
    }),
    answer: ExperimentView,
    refusals: { 400: 'Not a version', 404: 'No such journey or experiment' },
  },
  'POST /v1/journeys/{id}/experiments/{step}/winner': {
    id: 'setWinner',
    summary: 'Give all customers one variant from now on',
    description: '`variant: null` removes the winner.',
    key: 'secret',
    path: StepPath,
    body: { schema: z.strictObject({ variant: z.string().min(1).nullable() }), example: { variant: 'Short' } },
    answer: JourneyRecordView,
    refusals: { 400: 'No such variant', 404: 'No such journey or experiment' },
  },
  'GET /v1/journeys/{id}/enrolments': {
    id: 'listEnrolments',
    summary: 'Enrolments of a journey, newest first',
    key: 'secret',
    path: IdPath,
    query: PageQuery,
    answer: pageOf(JourneyEnrolment),
    refusals: { ...invalidPage, ...unknownJourney },
  },
  'POST /v1/journeys/{id}/simulate': {
    id: 'simulateJourney',
    summary: 'A journey on simulated customers, or on the history of real ones',
    description:
      'Runs the compiled definition on the same engine in simulated time. Sends and stores nothing. It ends within 20 seconds, if necessary with fewer customers; then `complete` is false.',
    key: 'secret',
    path: IdPath,
    body: { schema: SimulateBody, example: { customers: 200, days: 30, seed: 1, population: { refuses: 0.2 } } },
    answer: z.union([SimulationResult.extend({ trimmed }), ReplayResult.extend({ trimmed })]),
    refusals: {
      400: 'An invalid request',
      404: 'No such journey or version',
      413: 'The definition has more than 256 KB',
      422: 'The definition has errors',
      429: 'Three are running, or 120 were started within an hour: retry after `Retry-After` seconds',
    },
  },
};
