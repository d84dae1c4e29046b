import * as z from 'zod';
import { type Bus } from '../../../lib/aws/bus.ts';
import { type ApiRoutes } from '../../../lib/aws/http.ts';
import { NotFound, Rejected, ThroughlineError, Unavailable } from '../../../lib/errors.ts';
import { nameOf } from '../../../lib/journey/enrolment.ts';
import { partition } from '../../../lib/keys.ts';
import { pageById, readCursor, readLimit, writeCursor } from '../../../lib/paging.ts';
import { customerSummary } from '../../../lib/profile/customer-view.ts';
import { type Directory } from '../../../lib/profile/directory.ts';
import { maxSegments, type Segment, SegmentId } from '../../../lib/profile/segment.ts';
import { type SegmentStore } from '../../../lib/profile/segment-store.ts';
import { readSegment } from '../../../lib/profile/segment-view.ts';
import { type ProfileStore } from '../../../lib/profile/store.ts';
import { type Clock } from '../../../lib/time.ts';

interface Dependencies {
  segments: SegmentStore;
  directory: Pick<Directory, 'members'>;
  profiles: ProfileStore;
  bus: Bus;
  clock: Clock;
}

const Cursor = z.object({ list: z.int().min(0), after: z.string().optional() });

/**
 * Named predicates of a workspace. A PUT or DELETE holds for whoever is touched within five seconds, and sets all others being looked at
 * anew, at some thousand customers a second; the event that does so is told before it is answered, so after any other answer send the
 * same again. A PUT of what is there changes nothing, and looks at everybody again.
 */
export function segmentRoutes({ segments, directory, profiles, bus, clock }: Dependencies): ApiRoutes {
  async function known(workspace: string, id = ''): Promise<Segment> {
    const segment = await segments.get(workspace, id);
    if (!segment) throw new NotFound('segment.unknown', { segment: id });
    return segment;
  }

  async function tell(workspace: string, segment: string, rev: number): Promise<void> {
    const occurredAt = clock.now();
    const detail = { id: nameOf('segment', workspace, segment, rev, occurredAt), workspace, occurredAt, segment, rev };
    if ((await bus.put([{ name: 'SegmentChanged', detail }])).length > 0)
      throw new Unavailable('bus.refused', { segment });
  }

  return {
    'GET /v1/segments': async ({ workspace, query }) => ({
      body: pageById(await segments.all(workspace), query.cursor, { idOf: ({ id }) => id }),
    }),

    'GET /v1/segments/{id}': async ({ workspace, params }) => ({ body: await known(workspace, params.id) }),

    'PUT /v1/segments/{id}': async ({ workspace, params, ...request }) => {
      const written = readSegment(request.body(), params.id ?? '');
      const all = await segments.all(workspace);
      const before = all.find(({ id }) => id === written.id);
      if (!before && all.length >= maxSegments) throw new Rejected('segment.too-many', { max: maxSegments });
      const rev = before?.rev ?? 0;
      const { rev: _, ...same } = before ?? { rev };
      const isSame = JSON.stringify(same) === JSON.stringify(written);
      if (!isSame && !(await segments.save(workspace, { ...written, rev })))
        throw new ThroughlineError('conflict', 'segment.changed', { segment: written.id });
      const segment = { ...written, rev: isSame ? rev : rev + 1 };
      await tell(workspace, segment.id, segment.rev);
      return { body: segment };
    },

    'DELETE /v1/segments/{id}': async ({ workspace, params: { id = '' } }) => {
      if (!SegmentId.safeParse(id).success) throw new NotFound('segment.unknown', { segment: id });
      const before = await segments.get(workspace, id);
      await segments.remove(workspace, id);
      await tell(workspace, id, before?.rev ?? 0);
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
