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
      'Customers who match the predicate are members. It is evaluated with every touchpoint, at reviews, and now for all customers in the background. ' +
      'Changes by time alone (`silentFor`, `within`) take effect within a quarter of an hour. `event` and `segment` are not allowed in a segment. ' +
      'With `If-Match` the write needs the `ETag` that was read.',
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
      409: 'A concurrent write without a precondition',
      412: 'It has changed, or it exists already',
      503: 'Stored, but not published. Send it again',
    },
  },
  'DELETE /v1/segments/{id}': {
    id: 'deleteSegment',
    summary: 'Delete a segment',
    description: 'With `If-Match` the segment must be unchanged.',
    key: 'secret',
    path,
    headers: writing.pick({ 'if-match': true }),
    answer: z.object({ id: z.string(), deleted: z.literal(true) }),
    refusals: {
      409: 'A concurrent write without a precondition',
      412: 'It has changed',
      503: 'Stored, but not published. Send it again',
      ...unknown,
    },
  },
  'GET /v1/segments/{id}/members': {
    id: 'listMembers',
    summary: 'Members of a segment',
    key: 'secret',
    path,
    query: PageQuery.extend({ zone: z.string().optional().describe('Only those of this time zone: `Asia/Seoul`') }),
    answer: z.object({ items: z.array(CustomerSummary), nextCursor: z.string().optional() }),
    refusals: { 400: 'Not a limit, or not a cursor of ours', ...unknown },
  },
};
