import { type WorkspaceStore } from '../../ingestion/workspace/workspace-store.ts';
import { Workspace } from '../../model/workspace.ts';
import { type MembershipIndex } from '../../segment/membership-index.ts';
import { type Instant, maxInstant } from '../../shared/time.ts';
import { type LiveJourney } from '../publishing/journey-store.ts';
import { type FanOutStore } from './fan-out-store.ts';
import {
  effectiveSince,
  findScheduledEntries,
  type JourneySchedule,
  schedulesOf,
  usesCustomerZone,
  workspaceZone,
} from './scheduled-entries.ts';

/** The stores that a schedule is begun with. */
export interface BeginScheduleDependencies {
  workspaces: Pick<WorkspaceStore, 'settings'>;
  directory: MembershipIndex;
  fanOuts: FanOutStore;
}

/** A live journey and the time up to which its schedules are due. */
interface DueJourney {
  workspace: string;
  journey: LiveJourney;
  now: Instant;
}

/** Returns a workspace's settings, or those of one that has saved none. */
export async function readSettings(workspaces: Pick<WorkspaceStore, 'settings'>, id: string): Promise<Workspace> {
  return (await workspaces.settings(id)) ?? Workspace.parse({ id, name: id });
}

/**
 * Turns the due times of one schedule into fan-outs: one for each zone of the segment's members if
 * the schedule uses their zones. The checkpoint is written after the fan-outs, so a crash loses
 * none.
 */
async function beginSchedule(
  { workspaces, directory, fanOuts }: BeginScheduleDependencies,
  { workspace, journey, now }: DueJourney,
  { trigger, schedule }: JourneySchedule,
): Promise<void> {
  const { journeyId } = journey;
  const { segment } = schedule;
  const through = await fanOuts.readCheckpoint(workspace, { journeyId, trigger });
  const after = maxInstant(through ?? '', effectiveSince(journey, now));
  const settings = await readSettings(workspaces, workspace);
  const zones = usesCustomerZone(schedule) ? await directory.zones({ workspace, segment }) : [undefined];
  const due = zones.flatMap((zone) => {
    const period = { zone, clock: zone ?? workspaceZone(settings), after, upTo: now };
    return findScheduledEntries({ journeyId, trigger, schedule }, period);
  });
  for (const fanOut of due) await fanOuts.begin(workspace, fanOut);
  if (due.length > 0) await fanOuts.saveCheckpoint(workspace, { journeyId, trigger }, now);
}

/** Turns the due times of a journey's schedules into fan-outs. Safe to crash and to repeat. */
export async function beginSchedules(dependencies: BeginScheduleDependencies, due: DueJourney): Promise<void> {
  for (const schedule of schedulesOf(due.journey)) await beginSchedule(dependencies, due, schedule);
}
