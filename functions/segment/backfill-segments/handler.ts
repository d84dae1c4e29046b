import * as z from 'zod';
import { type Bus } from '../../../lib/aws/bus.ts';
import { pastRefused, throwRefused } from '../../../lib/aws/table/past-refused.ts';
import { type Table } from '../../../lib/aws/table/dynamo-table.ts';
import { Unavailable } from '../../../lib/shared/errors.ts';
import { events } from '../../../lib/model/bus-events.ts';
import { type Customer } from '../../../lib/model/customer.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '../../../lib/model/workspace.ts';
import { dateRules, findMovedDates } from '../../../lib/journey/scheduling/date-entries.ts';
import { liveDefinitionsFor } from '../../../lib/journey/publishing/live-versions.ts';
import { deterministicId } from '../../../lib/shared/ids.ts';
import { type JourneyStore } from '../../../lib/journey/publishing/journey-store.ts';
import { dueReviews, listShards } from '../../../lib/model/keys/table-keys.ts';
import { parsePartition } from '../../../lib/model/keys/parse-keys.ts';
import { type Profile } from '../../../lib/model/profile.ts';
import { nextMembershipChange, updateMembership } from '../../../lib/segment/membership.ts';
import { type SegmentStore } from '../../../lib/segment/segment-store.ts';
import { type ProfileWrite, type ProfileStore } from '../../../lib/profile/profile-store.ts';
import { type Clock, type Instant } from '../../../lib/shared/time.ts';

export interface BackfillDependencies {
  table: Table;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  profiles: ProfileStore;
  segments: Pick<SegmentStore, 'all'>;
  journeys: Pick<JourneyStore, 'liveJourney'>;
  bus: Bus;
  clock: Clock;
  /** Resolves when all writers of profiles know a change that was made at that time. */
  known: (changedAt: Instant) => Promise<void>;
  report: (counts: { looked: number; changed: number }) => void;
}

const Called = z.discriminatedUnion('detail-type', [
  z.object({ 'detail-type': z.literal('SegmentChanged'), detail: events.SegmentChanged }),
  z.object({ 'detail-type': z.literal('JourneyPublished'), detail: events.JourneyPublished }),
  z.object({ 'detail-type': z.literal('JourneyResumed'), detail: events.JourneyResumed }),
  z.object({ 'detail-type': z.literal('RefreshAdvanced'), detail: events.RefreshAdvanced }),
]);

/** What all customers are evaluated for, and the position reached. */
interface Work {
  workspace: string;
  kind: 'segment' | 'journey';
  id: string;
  list: number;
  cursor?: string | undefined;
}

function workOf({ 'detail-type': name, detail }: z.infer<typeof Called>): Work {
  const { workspace } = detail;
  if (name === 'SegmentChanged') return { workspace, kind: 'segment', id: detail.segment, list: 0 };
  if (name !== 'RefreshAdvanced') return { workspace, kind: 'journey', id: detail.journeyId, list: 0 };
  const [kind, id = ''] = detail.refresh.split('#');
  return { workspace, kind: kind === 'segment' ? kind : 'journey', id, list: detail.list, cursor: detail.cursor };
}

interface Looked {
  rest?: Work;
  refused: unknown[];
}

/** Schedules a review for the time when membership may change without an event. */
function reviewedFor(profile: Profile, turn: Instant | undefined): Profile {
  const { nextReview } = profile;
  return turn === undefined || (nextReview !== undefined && nextReview <= turn)
    ? profile
    : { ...profile, nextReview: turn };
}

const pageSize = 100;
const lanes = 16;

/** Time that must be left before a page is read, ms: five times a page on a throttled table. */
const spareMs = 20_000;

/**
 * Evaluates all customers of a workspace for a new or changed segment, or for the date triggers of
 * a journey. Pages through the index of reviews, which every customer is in; a customer who moves
 * in it is evaluated by that write. One conditional write a change. Out of time it publishes its
 * position. Safe to crash: a retry repeats the page and changes nothing twice.
 */
export function backfillSegments(dependencies: BackfillDependencies) {
  const { table, workspaces, profiles, segments, journeys, bus, clock, known, report } = dependencies;

  /** Returns the change to apply to each customer, or undefined if no customer is concerned. */
  async function changeOf({ workspace: id, ...work }: Work): Promise<((profile: Profile) => ProfileWrite) | undefined> {
    const workspace = (await workspaces.settings(id)) ?? Workspace.parse({ id, name: id });
    if (work.kind === 'segment') {
      const all = await segments.all(id);
      const gone = all.some((segment) => segment.id === work.id) ? [] : [work.id];
      return (profile) => {
        const now = clock.now();
        const found = updateMembership(profile, { segments: all, workspace, now, filled: true, gone });
        return { ...found, profile: reviewedFor(found.profile, nextMembershipChange(all, found.profile, now)) };
      };
    }
    const journey = await journeys.liveJourney(id, work.id);
    if (!journey?.versions.some(({ definition }) => dateRules(definition).length > 0)) return undefined;
    return (profile) => {
      const doors = liveDefinitionsFor([journey], profile);
      const moved = { before: undefined, after: profile };
      return { profile, signals: findMovedDates(moved, { journeys: doors, workspace, now: clock.now() }) };
    };
  }

  async function look(all: Customer[], change: (profile: Profile) => ProfileWrite) {
    let changed = 0;
    const refused = await pastRefused(all, lanes, async (customer) => {
      const written = await profiles.update(customer, (profile) => {
        const made = change(profile);
        const hasChanged = made.profile.nextReview !== profile.nextReview || (made.signals ?? []).length > 0;
        return hasChanged ? made : undefined;
      });
      if (written) changed++;
    });
    return { changed, refused };
  }

  /**
   * Processes the lists from a position. Returns the position to continue at, if time ran out, and
   * the errors of writes that DynamoDB can never take.
   */
  async function through(
    work: Work,
    change: (profile: Profile) => ProfileWrite,
    timeLeft: () => number,
  ): Promise<Looked> {
    const { workspace } = work;
    let { list, cursor } = work;
    const refused: unknown[] = [];
    for (let limit = pageSize; list < listShards;) {
      if (timeLeft() < spareMs) return { rest: { ...work, list, cursor }, refused };
      const from = cursor === undefined ? {} : { from: cursor };
      const rows = await table.query(dueReviews(workspace, list), { index: 'byDue', ...from, limit });
      const customers = rows.map(({ pk }) => parsePartition(pk));
      const looked = await look(customers, change);
      refused.push(...looked.refused);
      report({ looked: rows.length, changed: looked.changed });
      if (rows.length < limit) {
        [list, cursor, limit] = [list + 1, undefined, pageSize];
        continue;
      }
      const last = String(rows.at(-1)?.dueAt);
      // A page of one single instant makes no progress, so the next one is larger.
      limit = last === cursor ? limit * 2 : pageSize;
      cursor = last;
    }
    return { refused };
  }

  async function handOn({ workspace, kind, id, list, cursor }: Work, after: string): Promise<void> {
    const place = { refresh: `${kind}#${id}`, list, ...(cursor !== undefined && { cursor }) };
    const eventId = deterministicId('refresh', after, list, cursor ?? '');
    const detail = { id: eventId, workspace, occurredAt: clock.now(), ...place };
    if ((await bus.put([{ name: 'RefreshAdvanced', detail }])).length > 0)
      throw new Unavailable('bus.refused', { refresh: place.refresh });
  }

  return async (envelope: unknown, context: { getRemainingTimeInMillis(): number }): Promise<void> => {
    const called = Called.parse(envelope);
    if (called['detail-type'] !== 'RefreshAdvanced') await known(called.detail.occurredAt);
    const work = workOf(called);
    const change = await changeOf(work);
    if (!change) return;
    const { rest, refused } = await through(work, change, () => context.getRemainingTimeInMillis());
    if (rest) await handOn(rest, called.detail.id);
    throwRefused(refused);
  };
}
