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

export const decisionRoutes: ApiRouteTable = {
  'POST /v1/decisions': {
    id: 'decide',
    summary: 'The next best offer for a customer at a placement',
    description: 'With a `decisionId`, asking again answers the same decision.',
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
    summary: 'How a placement decides, and what is known of its offers',
    description: 'Intervals of policies hold with 99 %, those of rates with 95 %. A night passes before there are any.',
    key: 'secret',
    path,
    answer: PolicyView,
    refusals: unknown,
  },
  'PUT /v1/placements/{id}': {
    id: 'putPlacement',
    summary: 'Create or replace a placement',
    description:
      'With `If-Match` only if it is that of the `ETag` that was read. A PUT of what is there changes nothing, and is published again.',
    key: 'secret',
    path,
    headers: writing,
    body: { schema: Placement, example: placement },
    answer: Placement,
    refusals: {
      400: 'Not a valid placement; `issues` names each fault by its path',
      409: 'Somebody else wrote it at the same time, and there was no precondition',
      412: 'Somebody else has written it, or it is there already',
      413: 'More than 256 KB',
      503: 'Stored, but not told: send it again',
    },
  },
};
