import { startScheduledEntries } from '#functions/journey/start-scheduled-entries/handler.ts';
import { type Bus } from '#lib/aws/bus.ts';
import { type BusEvent } from '#lib/model/bus-events.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { fanOutStore } from '#lib/journey/scheduling/fan-out-store.ts';
import { createMembershipIndex } from '#lib/segment/membership-index.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { type Instant, addMs } from '#lib/shared/time.ts';
import { liveAs } from '../../projection/projector-harness.ts';
import { start } from '../../journey/journey-examples.ts';
import { Life, survives, type World } from '../../journey/journey-world.ts';

export const quarterHour = 15 * 60_000;
const aLot = { getRemainingTimeInMillis: () => 600_000 };

interface Launching {
  definition: JourneyDefinition;
  now?: Instant;
  life?: Life;
  since?: Instant;
  time?: { getRemainingTimeInMillis(): number };
  input?: unknown;
  /** Release of the zone data. */
  zones?: string;
  isOutdated?: boolean;
  reported?: object[];
}

/** One call of launch; what it told is in `told`, the same event once. */
export async function launching(
  world: World,
  told: Map<string, BusEvent>,
  {
    definition,
    now = start,
    life = new Life(),
    since = addMs(start, -86_400_000),
    time = aLot,
    input = {},
    zones = '2026f',
    isOutdated = false,
    reported = [],
  }: Launching,
) {
  const table = life.table(world.table);
  const bus: Bus = life.live<Bus>(
    {
      put: async (events) => {
        for (const event of events) told.set(event.detail.id, event);
        return [];
      },
    },
    ['put'],
  );
  const live = liveAs(definition);
  const handler = startScheduledEntries({
    workspaces: workspaceStore(table),
    directory: createMembershipIndex(table),
    profiles: profileStore(table),
    bus,
    journeys: { live: async () => [{ ...live, record: { ...live.record, since } }] },
    fanOuts: fanOutStore(table),
    zones,
    clock: { now: () => now },
    zoneData: { isOutdated },
    report: (counts) => reported.push(counts),
  });
  return survives(() => handler(input, time));
}

/** Who was led to a door, sorted. */
export const whoOf = (told: Map<string, BusEvent>) =>
  [...told.values()].flatMap((event) => (event.name === 'EntryTriggered' ? [event.detail.customer] : [])).sort();
