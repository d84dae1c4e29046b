import * as z from 'zod';
import { findPermanentRefusal } from '#lib/aws/table/write-refusal.ts';
import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { carryOutFanOut } from '#lib/journey/scheduling/carry-out-fan-out.ts';
import { visitWorkspace, type VisitDependencies } from './visit-workspace.ts';
import { events } from '#lib/model/bus-events.ts';
import { type ZoneData } from '#lib/shared/calendar/zone-data.ts';
import { mapConcurrent } from '#lib/shared/concurrency.ts';

export interface ScheduledEntryDependencies extends VisitDependencies {
  workspaces: Pick<WorkspaceStore, 'all' | 'settings'>;
  zoneData: Pick<ZoneData, 'isOutdated'>;
  /** Counts entry requests published, and runs on a runtime with outdated zone data. */
  report: (counts: { knocked?: number; dates?: number; zonesOutdated?: number }) => void;
}

/** Workspaces that are processed at a time. */
const concurrency = 4;

const FanOutEvent = z.union([
  z.object({ 'detail-type': z.literal('BusinessEventReceived'), detail: events.BusinessEventReceived }),
  z.object({ 'detail-type': z.literal('FanOutAdvanced'), detail: events.FanOutAdvanced }),
]);

async function visitAll(dependencies: ScheduledEntryDependencies, timeLeft: () => number): Promise<void> {
  const { workspaces, zoneData, report } = dependencies;
  if (zoneData.isOutdated) report({ zonesOutdated: 1 });
  const failures: unknown[] = [];
  await mapConcurrent(await workspaces.all(), concurrency, async (workspace) => {
    try {
      report(await visitWorkspace(dependencies, workspace, timeLeft));
    } catch (error) {
      console.error('launch failed', workspace, error);
      failures.push(error);
    }
  });
  // An outage is worth a retry, a write refused for good is not.
  if (failures.length > 0) throw failures.find((failure) => !findPermanentRefusal(failure)) ?? failures[0];
}

/**
 * Starts scheduled entries. A call by the schedule, each quarter of an hour, reads schedules,
 * fan-outs and due dates: a query or two a workspace if there are none. A call by the bus carries
 * out the named fan-outs.
 */
export function startScheduledEntries(dependencies: ScheduledEntryDependencies) {
  return async (input: unknown, context: { getRemainingTimeInMillis(): number }): Promise<void> => {
    const timeLeft = () => context.getRemainingTimeInMillis();
    const event = FanOutEvent.safeParse(input).data;
    if (!event) return visitAll(dependencies, timeLeft);
    const { detail } = event;
    for (const id of 'fanOuts' in detail ? detail.fanOuts : [detail.fanOut]) {
      const knocked = await carryOutFanOut(dependencies, { workspace: detail.workspace, id }, timeLeft);
      dependencies.report({ knocked, dates: 0 });
    }
  };
}
