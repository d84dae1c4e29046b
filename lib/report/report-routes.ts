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

/** Routes of reports and experiments. */
export const reportRoutes: ApiRouteTable = {
  'POST /v1/reports': {
    id: 'requestReport',
    summary: 'Request a report on the behaviour of customers',
    description:
      'Conformance with a planned map, paths, funnel, retention, survival, attribution, contrast of churned with retained customers, or stages. It covers all customers, a segment, or customers who match a predicate. The report is made in the background. Read it at `/v1/reports/{id}`. Repeated requests with the same `Idempotency-Key` make one report.',
    key: 'secret',
    headers: z.object({ 'idempotency-key': z.string().min(1).max(255).optional() }),
    body: { schema: ReportRequest, example: funnel },
    status: 202,
    answer: ReportSummary,
    refusals: {
      ...invalid,
      404: 'No such segment or map in this workspace',
      409: 'The Idempotency-Key was used for another request',
      429: 'Five reports are running, or 60 were requested within an hour. Retry after `Retry-After` seconds',
      503: 'Not accepted. Send it again with the same Idempotency-Key',
    },
  },
  'GET /v1/reports': {
    id: 'listReports',
    summary: 'Reports requested in the last 30 days, newest first',
    key: 'secret',
    query: PageQuery,
    answer: z.object({ items: z.array(ReportSummary), nextCursor: z.string().optional() }),
    refusals: { 400: 'Not a limit, or not a cursor of ours' },
  },
  'GET /v1/reports/{id}': {
    id: 'getReport',
    summary: 'One report with its progress, coverage and result',
    key: 'secret',
    path: z.object({ id: z.string() }),
    answer: ReportView,
    refusals: { 404: 'No such report in this workspace' },
  },
  'POST /v1/experiments/size': {
    id: 'sizeExperiment',
    summary: 'The customers and days that an experiment needs, or the power of a given number',
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
      'A hash of experiment and customer, cut at the weights. The arm is the same on every visit, and no assignment is stored. Other weights move customers. A customer with another id may be in another arm.',
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
    summary: 'The result of an experiment, with a conclusion as text',
    description:
      'For experiments run anywhere. The request has the plan, and a snapshot of all arms at each look, in order of time. A measurement from `before` the experiment reduces the variance (CUPED). For experiments in journeys use the journey’s own route.',
    key: 'secret',
    body: { schema: ResultRequest, example: experiment },
    answer: ResultAnswer,
    refusals: invalid,
  },
  'POST /v1/experiments/sample-ratio': {
    id: 'scanSampleRatios',
    summary: 'Experiments with a sample-ratio mismatch, and windows of time in which it exceeds chance',
    key: 'secret',
    body: { schema: ScanRequest, example: splits },
    answer: ScanAnswer,
    refusals: invalid,
  },
};
