import * as z from 'zod';
import { type Bus } from '../../../lib/aws/bus.ts';
import { mapConcurrent } from '../../../lib/shared/concurrency.ts';
import { findPermanentRefusal } from '../../../lib/aws/table/write-refusal.ts';
import { Unavailable } from '../../../lib/shared/errors.ts';
import { type BusEvent, events } from '../../../lib/model/bus-events.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '../../../lib/model/workspace.ts';
import { type DateEntries } from './enter-due-dates.ts';
import { liveVersionFor } from '../../../lib/journey/publishing/live-versions.ts';
import { deterministicId } from '../../../lib/shared/ids.ts';
import {
  type FanOutStore,
  matchesMember,
  entryRequestForMember,
  type StoredFanOut,
} from '../../../lib/journey/scheduling/fan-out.ts';
import { type JourneyStore, type LiveJourney } from '../../../lib/journey/publishing/journey-store.ts';
import {
  effectiveSince,
  usesCustomerZone,
  hasTrigger,
  findScheduledEntries,
  schedulesOf,
  workspaceZone,
} from '../../../lib/journey/scheduling/scheduled-entries.ts';
import { partition } from '../../../lib/model/keys/table-keys.ts';
import { type MembershipIndex } from '../../../lib/segment/membership-index.ts';
import { type ProfileStore } from '../../../lib/profile/profile-store.ts';
import { type Clock, type Instant } from '../../../lib/shared/time.ts';
import { type ZoneData } from '../../../lib/shared/calendar/zone-data.ts';

export interface ScheduledEntryDependencies {
  workspaces: Pick<WorkspaceStore, 'all' | 'settings'>;
  journeys: Pick<JourneyStore, 'live'>;
  fanOuts: FanOutStore;
  directory: MembershipIndex;
  profiles: ProfileStore;
  dates: DateEntries;
  bus: Bus;
  clock: Clock;
  zoneData: Pick<ZoneData, 'isOutdated'>;
  /** Counts entry requests published, and runs on a runtime with outdated zone data. */
  report: (counts: { knocked?: number; dates?: number; zonesOutdated?: number }) => void;
}

/** Members a page: ten calls of the bus. */
const pageSize = 100;

/** Time that must be left before a page is read, ms. */
const spareMs = 10_000;

const Called = z.union([
  z.object({ 'detail-type': z.literal('BusinessEventReceived'), detail: events.BusinessEventReceived }),
  z.object({ 'detail-type': z.literal('FanOutAdvanced'), detail: events.FanOutAdvanced }),
]);

/**
 * Starts scheduled entries. A call by the schedule, each quarter of an hour, reads schedules,
 * fan-outs and due dates: a query or two a workspace if there are none. A call by the bus works on
 * the named fan-outs. Publishes a page of members, then stores the position: after a crash the page
 * is published again under the same ids, and admission is idempotent.
 */
export function startScheduledEntries(dependencies: ScheduledEntryDependencies) {
  const { workspaces, journeys, fanOuts, directory, profiles, dates, bus, clock, zoneData, report } = dependencies;

  async function tell(told: BusEvent[]): Promise<void> {
    const refused = await bus.put(told);
    if (refused.length > 0) throw new Unavailable('bus.refused', { refused: refused.length });
  }

  /**
   * Turns due schedules of a journey into fan-outs. The checkpoint is written after them, so a
   * crash loses none.
   */
  async function beginSchedules(workspace: string, journey: LiveJourney, now: Instant): Promise<void> {
    const { journeyId } = journey;
    for (const { trigger, schedule } of schedulesOf(journey)) {
      const through = await fanOuts.launchedThrough(workspace, { journeyId, trigger });
      const after = [through ?? '', effectiveSince(journey, now)].sort().at(-1) ?? now;
      const settings = (await workspaces.settings(workspace)) ?? Workspace.parse({ id: workspace, name: workspace });
      const zones = usesCustomerZone(schedule)
        ? await directory.zones({ workspace, segment: schedule.segment })
        : [undefined];
      const begun = zones.flatMap((zone) =>
        findScheduledEntries(
          { journeyId, trigger, schedule },
          { zone, clock: zone ?? workspaceZone(settings), after, upTo: now },
        ),
      );
      for (const fanOut of begun) await fanOuts.begin(workspace, fanOut);
      if (begun.length > 0) await fanOuts.launched(workspace, { journeyId, trigger }, now);
    }
  }

  /**
   * Returns entry requests for the members of a page who match and whose version has the trigger.
   */
  async function knocksOf(workspace: string, { fanOut, place = { list: 0 } }: StoredFanOut, journey: LiveJourney) {
    const { segment, zone } = fanOut;
    const page = await directory.members({ workspace, segment, zone }, { place, limit: pageSize });
    const known = fanOut.match ? await profiles.getMany(page.members, { consistent: false }) : undefined;
    const meant = page.members.filter((customer) => {
      const version = liveVersionFor(journey, customer);
      if (!version || !hasTrigger(version.definition, fanOut.trigger)) return false;
      const stored = known?.get(partition(customer));
      return !known || (stored !== undefined && matchesMember(fanOut, stored.profile));
    });
    return { knocks: meant.map((customer) => entryRequestForMember(fanOut, customer)), next: page.next };
  }

  /**
   * Continues a fan-out to its end, until time is up, or until another run continues it. Out of
   * time, it publishes `FanOutAdvanced`, which starts the next run.
   */
  async function carryOut(workspace: string, id: string, timeLeft: () => number): Promise<number> {
    const journeyOf = async ({ fanOut: { journeyId } }: StoredFanOut) =>
      (await journeys.live(workspace)).find((journey) => journey.journeyId === journeyId);
    let knocked = 0;
    for (;;) {
      const stored = await fanOuts.get(workspace, id);
      if (!stored?.place) return knocked;
      if (timeLeft() < spareMs) {
        const detail = {
          id: deterministicId('fan-out', id, stored.rev),
          workspace,
          occurredAt: clock.now(),
          fanOut: id,
        };
        await tell([{ name: 'FanOutAdvanced', detail }]);
        return knocked;
      }
      const journey = await journeyOf(stored);
      const { knocks, next } = journey ? await knocksOf(workspace, stored, journey) : { knocks: [], next: undefined };
      await tell(knocks);
      knocked += knocks.length;
      if (!(await fanOuts.advance(workspace, stored, next))) return knocked;
    }
  }

  /** Processes one workspace. The caller isolates its failure from other workspaces. */
  async function visit(workspace: string, timeLeft: () => number) {
    const now = clock.now();
    const live = await journeys.live(workspace);
    for (const journey of live) await beginSchedules(workspace, journey, now);
    let knocked = 0;
    for (const id of await fanOuts.open(workspace, now)) knocked += await carryOut(workspace, id, timeLeft);
    return { knocked, dates: await dates.comeDue({ workspace, live, now }, timeLeft) };
  }

  async function visitAll(timeLeft: () => number): Promise<void> {
    if (zoneData.isOutdated) report({ zonesOutdated: 1 });
    const failures: unknown[] = [];
    await mapConcurrent(await workspaces.all(), 4, async (workspace) => {
      try {
        report(await visit(workspace, timeLeft));
      } catch (error) {
        console.error('launch failed', workspace, error);
        failures.push(error);
      }
    });
    // An outage is worth a retry, a write refused for good is not.
    if (failures.length > 0) throw failures.find((failure) => !findPermanentRefusal(failure)) ?? failures[0];
  }

  return async (input: unknown, context: { getRemainingTimeInMillis(): number }): Promise<void> => {
    const timeLeft = () => context.getRemainingTimeInMillis();
    const called = Called.safeParse(input).data;
    if (!called) return visitAll(timeLeft);
    const { detail } = called;
    for (const id of 'fanOuts' in detail ? detail.fanOuts : [detail.fanOut])
      report({ knocked: await carryOut(detail.workspace, id, timeLeft), dates: 0 });
  };
}
