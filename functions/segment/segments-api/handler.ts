import { type ApiRequest, type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { type Segment } from '#lib/model/segment.ts';
import {
  beginDeletion,
  publishSegmentChange,
  saveSegment,
  type SegmentChangeDependencies,
} from '#lib/segment/change-segment.ts';
import { listMembers, type MemberSources } from '#lib/segment/list-members.ts';
import { readSegment } from '#lib/segment/segment-body.ts';
import { type SegmentStore } from '#lib/segment/segment-store.ts';
import { NotFound } from '#lib/shared/errors.ts';
import { pageById } from '#lib/shared/http/paging.ts';
import { etagOf } from '#lib/shared/http/preconditions.ts';

interface Dependencies extends SegmentChangeDependencies, MemberSources {
  segments: SegmentStore;
}

async function findSegment(segments: SegmentStore, workspace: string, id = ''): Promise<Segment> {
  const segment = await segments.get(workspace, id);
  if (!segment) throw new NotFound('segment.unknown', { segment: id });
  return segment;
}

async function deleteSegment(dependencies: Dependencies, request: ApiRequest): Promise<{ id: string }> {
  const { segments } = dependencies;
  const { workspace, params } = request;
  const { id = '' } = params;
  const stored = await segments.stored(workspace, id);
  if (!stored) throw new NotFound('segment.unknown', { segment: id });
  const rev = await beginDeletion(dependencies, request, stored);
  await publishSegmentChange(dependencies, workspace, { id, rev });
  await segments.endRemoval(workspace, { id, rev });
  return { id };
}

/**
 * Routes of a workspace's segments. A PUT or DELETE applies to new touchpoints within five seconds,
 * and starts a backfill by an event before the answer. Each is one write over the revision read: a
 * lost race answers 412, without `If-Match` 409. After another answer a retry is safe: it publishes
 * again, and completes a DELETE that crashed half-way.
 */
export function handleSegmentRoutes(dependencies: Dependencies): ApiRoutes {
  const { segments } = dependencies;
  return {
    'GET /v1/segments': async ({ workspace, query }) => ({
      body: pageById(await segments.all(workspace), query.cursor, { idOf: ({ id }) => id }),
    }),

    'GET /v1/segments/{id}': async ({ workspace, params }) => {
      const segment = await findSegment(segments, workspace, params.id);
      return { headers: { etag: etagOf(segment.rev) }, body: segment };
    },

    'PUT /v1/segments/{id}': async (request) => {
      const { workspace } = request;
      const written = readSegment(request.body(), request.params.id ?? '');
      const segment = { ...written, rev: await saveSegment(dependencies, request, written) };
      await publishSegmentChange(dependencies, workspace, segment);
      return { headers: { etag: etagOf(segment.rev) }, body: segment };
    },

    'DELETE /v1/segments/{id}': async (request) => {
      const { id } = await deleteSegment(dependencies, request);
      return { body: { id, deleted: true } };
    },

    'GET /v1/segments/{id}/members': async ({ workspace, params, query }) => {
      const { id: segment } = await findSegment(segments, workspace, params.id);
      return { body: await listMembers(dependencies, { workspace, segment }, query) };
    },
  };
}
