import * as z from 'zod';
import { CursorQuery, PageQuery, type Routes } from '../route.ts';
import { CustomerSummary } from './customer-view.ts';
import { Segment } from './segment.ts';
import { SegmentBody } from './segment-view.ts';

const path = z.object({ id: z.string() });
const unknown = { 404: 'No such segment' } as const;

export const segmentRoutes: Routes = {
  'GET /v1/segments': {
    id: 'listSegments',
    summary: 'Segments',
    key: 'secret',
    query: CursorQuery,
    answer: z.object({ items: z.array(Segment), nextCursor: z.string().optional() }),
    refusals: { 400: 'Not a cursor of ours' },
  },
  'GET /v1/segments/{id}': {
    id: 'getSegment',
    summary: 'One segment',
    key: 'secret',
    path,
    answer: Segment,
    refusals: unknown,
  },
  'PUT /v1/segments/{id}': {
    id: 'putSegment',
    summary: 'Define a segment',
    description:
      'Whoever meets the predicate belongs to it: looked at with every touchpoint, at reviews, and now for everybody, in the background. ' +
      'What time alone changes (`silentFor`, `within`) shows within a quarter of an hour. `event` and `segment` make no segment.',
    key: 'secret',
    path,
    body: {
      schema: SegmentBody,
      example: { name: { en: 'Big spenders', ko: '큰손' }, predicate: { feature: 'revenue', is: { gte: 1_000 } } },
    },
    answer: Segment,
    refusals: {
      400: 'Not a segment; `issues` names each fault by its path',
      409: 'Somebody else changed it just now',
      503: 'Not told yet: send it again',
    },
  },
  'DELETE /v1/segments/{id}': {
    id: 'deleteSegment',
    summary: 'Do away with a segment',
    key: 'secret',
    path,
    answer: z.object({ id: z.string(), deleted: z.literal(true) }),
    refusals: { 404: 'Not an id of a segment', 503: 'Not told yet: send it again' },
  },
  'GET /v1/segments/{id}/members': {
    id: 'listMembers',
    summary: 'Who belongs to a segment',
    key: 'secret',
    path,
    query: PageQuery.extend({ zone: z.string().optional().describe('Only those of this time zone: `Asia/Seoul`') }),
    answer: z.object({ items: z.array(CustomerSummary), nextCursor: z.string().optional() }),
    refusals: { 400: 'Not a limit, or not a cursor of ours', ...unknown },
  },
};
