import * as z from 'zod';
import { CursorQuery, PageQuery, type ApiRouteTable, writing } from '../shared/http/api-route.ts';
import { CustomerSummary } from '../profile/views/customer-view.ts';
import { Segment } from '../model/segment.ts';
import { SegmentBody } from './segment-body.ts';

const path = z.object({ id: z.string() });
const unknown = { 404: 'No such segment' } as const;

/** Descriptions of the routes of segments. */
export const segmentRoutes: ApiRouteTable = {
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
      'What time alone changes (`silentFor`, `within`) shows within a quarter of an hour. `event` and `segment` make no segment. ' +
      'With `If-Match` only if it is that of the `ETag` that was read.',
    key: 'secret',
    path,
    headers: writing,
    body: {
      schema: SegmentBody,
      example: { name: { en: 'Big spenders', ko: '큰손' }, predicate: { feature: 'revenue', is: { gte: 1_000 } } },
    },
    answer: Segment,
    refusals: {
      400: 'Not a segment; `issues` names each fault by its path',
      409: 'Somebody else changed it just now, and there was no precondition',
      412: 'Somebody else has written it, or it is there already',
      503: 'Not told yet: send it again',
    },
  },
  'DELETE /v1/segments/{id}': {
    id: 'deleteSegment',
    summary: 'Delete a segment',
    description: 'With `If-Match` only if nobody has written it since.',
    key: 'secret',
    path,
    headers: writing.pick({ 'if-match': true }),
    answer: z.object({ id: z.string(), deleted: z.literal(true) }),
    refusals: {
      409: 'Somebody else changed it just now, and there was no precondition',
      412: 'Somebody else has written it',
      503: 'Not told yet: send it again',
      ...unknown,
    },
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
