import * as z from 'zod';
import { CursorQuery, type ApiRouteTable, writing } from '../shared/http/api-route.ts';
import { DecisionAnswer, DecisionRequest } from './choice/decision.ts';
import { Placement } from './placements/placement.ts';
import { PolicyView } from './policies/policy-view.ts';

const placement = {
  id: 'home',
  label: { en: 'Home page', ko: '홈 화면' },
  offers: [
    {
      id: 'free-delivery',
      label: { en: 'Free delivery', ko: '무료 배송' },
      content: { title: 'Free delivery this week' },
      eligible: { trait: 'plan', is: 'basic' },
      success: { event: ['Order Completed'] },
      window: '7d',
      cap: { max: 2, within: '30d' },
      promotion: true,
    },
    {
      id: 'news',
      label: { en: 'What is new', ko: '새 소식' },
      content: { title: 'New this week' },
      purpose: 'transactional',
      success: { event: ['Product Viewed'] },
    },
  ],
  fallback: 'news',
  contact: { value: 10, cost: 0.5 },
};

const path = z.object({ id: z.string() });
const unknown = { 404: 'No such placement in this workspace' } as const;

/** Routes of decisions and placements. */
export const decisionRoutes: ApiRouteTable = {
  'POST /v1/decisions': {
    id: 'decide',
    summary: 'The next best offer for a customer at a placement',
    description: 'A repeated request with the same `decisionId` returns the same decision.',
    key: 'secret',
    body: { schema: DecisionRequest, example: { customerId: 'ada', placement: 'home' } },
    answer: DecisionAnswer,
    refusals: { 400: 'Not a valid request', ...unknown },
  },
  'GET /v1/placements': {
    id: 'listPlacements',
    summary: 'Placements and their offers',
    key: 'secret',
    query: CursorQuery,
    answer: z.object({ items: z.array(Placement), nextCursor: z.string().optional() }),
    refusals: { 400: 'Not a cursor of ours' },
  },
  'GET /v1/placements/{id}': {
    id: 'getPlacement',
    summary: 'One placement and its offers',
    key: 'secret',
    path,
    answer: Placement,
    refusals: unknown,
  },
  'GET /v1/placements/{id}/policy': {
    id: 'getPlacementPolicy',
    summary: 'The policy of a placement, and the estimates of its offers',
    description:
      'Intervals of policies have a confidence of 99 %, those of rates 95 %. The first ones exist after a night.',
    key: 'secret',
    path,
    answer: PolicyView,
    refusals: unknown,
  },
  'PUT /v1/placements/{id}': {
    id: 'putPlacement',
    summary: 'Create or replace a placement',
    description:
      'With `If-Match` the write needs the `ETag` that was read. A PUT of the same content changes nothing and publishes it again.',
    key: 'secret',
    path,
    headers: writing,
    body: { schema: Placement, example: placement },
    answer: Placement,
    refusals: {
      400: 'Not a valid placement; `issues` names each fault by its path',
      409: 'A concurrent write without a precondition',
      412: 'It has changed, or it exists already',
      413: 'More than 256 KB',
      503: 'Stored, but not published. Send it again',
    },
  },
};
