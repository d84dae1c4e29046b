import * as z from 'zod';
import { PageQuery, type ApiRouteTable } from '../shared/http/api-route.ts';
import { AssignAnswer, AssignRequest } from './experiment/assign-request.ts';
import { ResultAnswer, ResultRequest } from './experiment/result-request.ts';
import { ScanAnswer, ScanRequest } from './experiment/scan-request.ts';
import { SizeAnswer, SizeRequest } from './experiment/size-request.ts';
import { ReportSummary, ReportView } from './report-record.ts';
import { ReportRequest } from './kinds/report-request.ts';

const invalid = { 400: 'Not a valid request; `issues` names each fault by its path' } as const;

const funnel = {
  kind: 'funnel',
  from: '2026-01-01T00:00:00Z',
  to: '2026-04-01T00:00:00Z',
  steps: ['Product Viewed', 'Checkout Started', 'Order Completed'],
  window: '14d',
};

const moments = (customers: number, successes: number) => ({ customers, metrics: { order: { successes } } });

const experiment = {
  plan: {
    id: 'welcome-mail',
    arms: [{ id: 'control' }, { id: 'short' }],
    metric: { id: 'order', kind: 'rate' },
    method: { kind: 'fixed', size: 20_000 },
  },
  snapshots: [{ control: moments(10_012, 1_003), short: moments(9_988, 1_104) }],
};

const splits = {
  experiments: [
    {
      id: 'headline-7',
      at: '2026-02-03T00:00:00Z',
      arms: [
        { n: 5_120, weight: 1 },
        { n: 4_880, weight: 1 },
      ],
    },
  ],
};

export const reportRoutes: ApiRouteTable = {
  'POST /v1/reports': {
    id: 'requestReport',
    summary: 'Ask for a report of what customers did',
    description:
      'Conformance with a planned map, paths, funnel, retention, survival, attribution, contrast of churned with retained customers, or stages; of everybody, of a segment, or of whoever meets a predicate. The report is made in the background: read it at `/v1/reports/{id}`. With the same `Idempotency-Key` the same request is one report.',
    key: 'secret',
    headers: z.object({ 'idempotency-key': z.string().min(1).max(255).optional() }),
    body: { schema: ReportRequest, example: funnel },
    status: 202,
    answer: ReportSummary,
    refusals: {
      ...invalid,
      404: 'No such segment or map in this workspace',
      409: 'The Idempotency-Key was used for another request',
      429: 'Five reports are under way, or 60 were asked for within an hour: again after `Retry-After` seconds',
      503: 'Not taken: send it again with the same Idempotency-Key',
    },
  },
  'GET /v1/reports': {
    id: 'listReports',
    summary: 'Reports asked for in the last 30 days, newest first',
    key: 'secret',
    query: PageQuery,
    answer: z.object({ items: z.array(ReportSummary), nextCursor: z.string().optional() }),
    refusals: { 400: 'Not a limit, or not a cursor of ours' },
  },
  'GET /v1/reports/{id}': {
    id: 'getReport',
    summary: 'One report: how far it has come, what it covers and what it found',
    key: 'secret',
    path: z.object({ id: z.string() }),
    answer: ReportView,
    refusals: { 404: 'No such report in this workspace' },
  },
  'POST /v1/experiments/size': {
    id: 'sizeExperiment',
    summary: 'How many customers and days an experiment needs, or what so many are likely to find',
    key: 'secret',
    body: {
      schema: SizeRequest,
      example: { metric: { kind: 'rate', baseline: 0.1, effect: 0.01 }, method: { kind: 'fixed' }, perDay: 900 },
    },
    answer: SizeAnswer,
    refusals: invalid,
  },
  'POST /v1/experiments/assign': {
    id: 'assignToExperiment',
    summary: 'Which arm of an experiment customers are in',
    description:
      'The same on every visit with nothing stored: a hash of experiment and customer, cut at the weights. Other weights move customers; who is known by another id may be in another arm.',
    key: 'secret',
    body: {
      schema: AssignRequest,
      example: { experiment: 'welcome-mail', arms: [{ id: 'control' }, { id: 'short' }], customers: ['ada', 'bo'] },
    },
    answer: AssignAnswer,
    refusals: invalid,
  },
  'POST /v1/experiments/result': {
    id: 'judgeExperiment',
    summary: 'What an experiment has shown, in words',
    description:
      'For experiments run anywhere: the plan, and a snapshot of all arms at each look, in order of time. With what was known of each customer `before`, that is taken out (CUPED). Those of journeys are answered by the journey itself.',
    key: 'secret',
    body: { schema: ResultRequest, example: experiment },
    answer: ResultAnswer,
    refusals: invalid,
  },
  'POST /v1/experiments/sample-ratio': {
    id: 'scanSampleRatios',
    summary: 'Which experiments’ splits are broken, and in which windows of time that was more than chance',
    key: 'secret',
    body: { schema: ScanRequest, example: splits },
    answer: ScanAnswer,
    refusals: invalid,
  },
};
