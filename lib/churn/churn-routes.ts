import * as z from 'zod';
import { type ApiRouteTable } from '../shared/http/api-route.ts';
import { ModelList, ModelView, RiskView, TrainingView } from './training/training-views.ts';

export const churnRoutes: ApiRouteTable = {
  'GET /v1/churn/model': {
    id: 'getChurnModel',
    summary: 'The churn model in force: how well it forecast what it did not know, and what the data did not tell',
    description:
      'While the shipped cold start is in force, `page` is of the newest model trained, if there is one, and `lacking` says what was missing: `definition-changed`, where the model was trained for another horizon or other key events than the workspace has now.',
    key: 'secret',
    query: z.object({ version: z.string().optional().describe('Another than the one in force') }),
    answer: ModelView,
    refusals: { 400: 'Not a version', 404: 'No model of this version' },
  },
  'GET /v1/churn/models': {
    id: 'listChurnModels',
    summary: 'Churn models that were trained, newest first',
    key: 'secret',
    answer: ModelList,
  },
  'POST /v1/churn/train': {
    id: 'trainChurnModel',
    summary: 'Train a churn model from the workspace’s customers',
    description:
      'Happens by itself once a week, and takes ten minutes or more: the table is exported first, once for all trainings begun within an hour of the clock: what customers did since the first of those began waits for the next hour. While one is under way, that one is answered; one that failed gives way to a new one. Ask `/v1/churn/model` how it ended; customers are looked at by the new model at once.',
    key: 'secret',
    answer: TrainingView,
    status: 202,
    refusals: {
      429: 'Six were begun within a day: again after `Retry-After` seconds',
      503: 'Not begun: ask again',
    },
  },
  'GET /v1/customers/{id}/churn': {
    id: 'getCustomerChurn',
    summary: 'One customer’s churn risk as of now, taken apart: every feature’s share of the logit',
    key: 'secret',
    path: z.object({ id: z.string().describe('User id, or anonymous id of a visitor nobody knows') }),
    answer: RiskView,
    refusals: { 404: 'No such customer in this workspace' },
  },
};
