import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { type Bus } from '../../../lib/aws/bus.ts';
import { type ApiRoutes } from '../../../lib/aws/http/api-function.ts';
import { NotFound, Rejected, Unavailable } from '../../../lib/shared/errors.ts';
import { deterministicId } from '../../../lib/shared/ids.ts';
import { partition } from '../../../lib/model/keys/table-keys.ts';
import { checkPreconditions, etagOf, lostRace } from '../../../lib/shared/http/preconditions.ts';
import { pageById, readCursor, readLimit, writeCursor } from '../../../lib/shared/http/paging.ts';
import { customerSummary } from '../../../lib/profile/views/customer-view.ts';
import { type MembershipIndex } from '../../../lib/segment/membership-index.ts';
import { maxSegments, type Segment } from '../../../lib/model/segment.ts';
import { type SegmentStore, type StoredSegment } from '../../../lib/segment/segment-store.ts';
import { readSegment } from '../../../lib/segment/segment-body.ts';
import { type ProfileStore } from '../../../lib/profile/profile-store.ts';
import { type Clock } from '../../../lib/shared/time.ts';

interface Dependencies {
  segments: SegmentStore;
  directory: Pick<MembershipIndex, 'members'>;
  profiles: ProfileStore;
  bus: Bus;
  clock: Clock;
}

type Headers = Record<string, string>;
type Written = Omit<Segment, 'rev'>;

const Cursor = z.object({ list: z.int().min(0), after: z.string().optional() });

/**
 * Routes of a workspace's segments. A PUT or DELETE applies to new touchpoints within five seconds,
 * and starts a backfill by an event before the answer. Each is one write over the revision read: a
 * lost race answers 412, without `If-Match` 409. After another answer a retry is safe: it publishes
 * again, and completes a DELETE that crashed half-way.
 */
export function handleSegmentRoutes({ segments, directory, profiles, bus, clock }: Dependencies): ApiRoutes {
  async function known(workspace: string, id = ''): Promise<Segment> {
    const segment = await segments.get(workspace, id);
    if (!segment) throw new NotFound('segment.unknown', { segment: id });
    return segment;
  }

  async function tell(workspace: string, segment: string, rev: number): Promise<void> {
    const occurredAt = clock.now();
    const detail = {
      id: deterministicId('segment', workspace, segment, rev, occurredAt),
      workspace,
      occurredAt,
      segment,
      rev,
    };
    if ((await bus.put([{ name: 'SegmentChanged', detail }])).length > 0)
      throw new Unavailable('bus.refused', { segment });
  }

  /** Writes the segment if it differs from the stored one. Returns its revision. */
  async function write(workspace: string, written: Written, headers: Headers): Promise<number> {
    const stored = await segments.stored(workspace, written.id);
    const rev = stored?.segment.rev ?? 0;
    const exists = stored?.isLeaving === false;
    if (exists && isDeepStrictEqual(stored.segment, { ...written, rev })) return rev;
    checkPreconditions(headers, rev, { exists, optional: true });
    if (!exists && (await segments.all(workspace)).length >= maxSegments)
      throw new Rejected('segment.too-many', { max: maxSegments });
    if (!(await segments.save(workspace, { ...written, rev })))
      throw lostRace(headers, 'segment.changed', { segment: written.id });
    return rev + 1;
  }

  /** Begins the deletion or continues one. Returns the revision of the marked segment. */
  async function leave(workspace: string, { segment, isLeaving }: StoredSegment, headers: Headers): Promise<number> {
    if (isLeaving) return segment.rev;
    checkPreconditions(headers, segment.rev, { optional: true });
    if (!(await segments.beginRemoval(workspace, segment)))
      throw lostRace(headers, 'segment.changed', { segment: segment.id });
    return segment.rev + 1;
  }

  return {
    'GET /v1/segments': async ({ workspace, query }) => ({
      body: pageById(await segments.all(workspace), query.cursor, { idOf: ({ id }) => id }),
    }),

    'GET /v1/segments/{id}': async ({ workspace, params }) => {
      const segment = await known(workspace, params.id);
      return { headers: { etag: etagOf(segment.rev) }, body: segment };
    },

    'PUT /v1/segments/{id}': async ({ workspace, params, headers, ...request }) => {
      const written = readSegment(request.body(), params.id ?? '');
      const rev = await write(workspace, written, headers);
      await tell(workspace, written.id, rev);
      return { headers: { etag: etagOf(rev) }, body: { ...written, rev } };
    },

    'DELETE /v1/segments/{id}': async ({ workspace, params: { id = '' }, headers }) => {
      const stored = await segments.stored(workspace, id);
      if (!stored) throw new NotFound('segment.unknown', { segment: id });
      const rev = await leave(workspace, stored, headers);
      await tell(workspace, id, rev);
      await segments.endRemoval(workspace, { id, rev });
      return { body: { id, deleted: true } };
    },

    'GET /v1/segments/{id}/members': async ({ workspace, params, query }) => {
      const { id: segment } = await known(workspace, params.id);
      const place = query.cursor === undefined ? { list: 0 } : readCursor(query.cursor, Cursor);
      const page = { place, limit: readLimit(query.limit) };
      const { members, next } = await directory.members({ workspace, segment, zone: query.zone }, page);
      const stored = await profiles.getMany(members);
      const items = members.flatMap((member) => {
        const found = stored.get(partition(member));
        return found && Object.hasOwn(found.profile.segments, segment) ? [customerSummary(found.profile)] : [];
      });
      return { body: { items, ...(next && { nextCursor: writeCursor(next) }) } };
    },
  };
}
