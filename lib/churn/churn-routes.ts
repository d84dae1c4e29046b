import * as z from 'zod';
import { type ApiRouteTable } from '../shared/http/api-route.ts';
import { ModelList, ModelView, RiskView, TrainingView } from './training/training-views.ts';

/** Routes of churn models and risks. */
export const churnRoutes: ApiRouteTable = {
  'GET /v1/churn/model': {
    id: 'getChurnModel',
    summary: 'The churn model in force, with its accuracy on data it had not seen and the limits of the data',
    description:
      'While the shipped cold start is in force, `page` describes the newest trained model, if there is one, and `lacking` says why it is not used. `definition-changed` means that the model was trained for another horizon or other key events than the workspace has now.',
    key: 'secret',
    query: z.object({ version: z.string().optional().describe('Another than the one in force') }),
    answer: ModelView,
    refusals: { 400: 'Not a version', 404: 'No model of this version' },
  },
  'GET /v1/churn/models': {
    id: 'listChurnModels',
    summary: 'Trained churn models, newest first',
    key: 'secret',
    answer: ModelList,
  },
  'POST /v1/churn/train': {
    id: 'trainChurnModel',
    summary: 'Train a churn model from the workspace’s customers',
    description:
      'Also runs automatically once a week. It takes ten minutes or more, because the table is exported first, once for all trainings begun within an hour of the clock. Touchpoints after the first of these began are not included. While a training is running, the answer is that one. A failed training does not block a new one. `/v1/churn/model` shows the result. The new model scores all customers at once.',
    key: 'secret',
    answer: TrainingView,
    status: 202,
    refusals: {
      429: 'Six were begun within a day. Retry after `Retry-After` seconds',
      503: 'Not begun. Retry',
    },
  },
  'GET /v1/customers/{id}/churn': {
    id: 'getCustomerChurn',
    summary: 'One customer’s churn risk as of now, with every feature’s share of the logit',
    key: 'secret',
    path: z.object({ id: z.string().describe('User id, or anonymous id of an unidentified visitor') }),
    answer: RiskView,
    refusals: { 404: 'No such customer in this workspace' },
  },
};
