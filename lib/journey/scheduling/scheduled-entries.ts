import { type Workspace } from '../../model/workspace.ts';
import { type JsonObject, valueAtPath as valueAt } from '../../shared/json.ts';
import { type Instant, addMs } from '../../shared/time.ts';
import { triggerId } from './date-entries.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { deterministicId } from '../../shared/ids.ts';
import { type Trigger } from '../definition/trigger.ts';
import { type FanOut } from './fan-out.ts';
import { type LiveJourney } from '../publishing/journey-store.ts';
import { listOccurrences } from './occurrences.ts';

export type ScheduleTrigger = Extract<Trigger, { schedule: unknown }>;
type BusinessTrigger = Extract<Trigger, { businessEvent: string }>;

/** How late a time is still kept. What fell due while a journey was paused, or nobody was there to see to it for a day, is passed over. */
export const maxLatenessMs = 86_400_000;

/** From when on a journey's times count: since it last began to take people in. */
export function effectiveSince({ record: head, versions }: LiveJourney, now: Instant): Instant {
  const published = versions.map(({ publishedAt }) => publishedAt ?? '');
  return [head.since, published.sort()[0] ?? '', addMs(now, -maxLatenessMs)].sort().at(-1) ?? now;
}

const distinct = <T>(all: T[], nameOfOne: (one: T) => string): T[] => [
  ...new Map(all.map((one) => [nameOfOne(one), one])).values(),
];

/** The schedules of a journey, each once though several versions have it. */
export function schedulesOf({ versions }: LiveJourney): { trigger: string; schedule: ScheduleTrigger }[] {
  const all = versions.flatMap(({ definition: { entry } }) =>
    entry.triggers.flatMap((schedule) => ('schedule' in schedule ? [{ trigger: triggerId(schedule), schedule }] : [])),
  );
  return distinct(all, ({ trigger }) => trigger);
}

/** Whether a version has a trigger that says this. */
export function hasTrigger({ entry }: JourneyDefinition, trigger: string): boolean {
  return entry.triggers.some((one) => triggerId(one) === trigger);
}

/** A schedule's times that have come on the clocks of a zone. `zone` is missing where all members go by the workspace's. */
export function findScheduledEntries(
  { journeyId, trigger, schedule }: { journeyId: string; trigger: string; schedule: ScheduleTrigger },
  { zone, clock, after, upTo }: { zone?: string | undefined; clock: string; after: Instant; upTo: Instant },
): FanOut[] {
  return listOccurrences(schedule.schedule, clock, { after, upTo }).map(({ name, at }) => {
    const key = deterministicId('schedule', journeyId, trigger, name);
    const id = zone === undefined ? key : deterministicId(key, zone);
    const { segment } = schedule;
    const common = { id, key, journeyId, trigger, segment, at, name: 'Scheduled', properties: { time: name } };
    return zone === undefined ? common : { ...common, zone };
  });
}

/** Whether each member goes by the clock at home. */
export function usesCustomerZone({ schedule }: ScheduleTrigger): boolean {
  return 'every' in schedule && schedule.zone === 'customer';
}

const isForEvent = (trigger: Trigger, name: string): trigger is BusinessTrigger =>
  'businessEvent' in trigger && trigger.businessEvent === name;

/** What happened to the business, led to every journey that waits for it. Nobody is meant where the property to match by is missing. */
export function findBusinessFanOuts(
  live: readonly LiveJourney[],
  { id, name, at, properties }: { id: string; name: string; at: Instant; properties: JsonObject },
): FanOut[] {
  const doors = live.flatMap(({ journeyId, versions }) => {
    const all = versions.flatMap(({ definition: { entry } }) => entry.triggers.filter((one) => isForEvent(one, name)));
    return distinct(all, triggerId).map((rule) => ({ journeyId, rule }));
  });
  return doors.flatMap(({ journeyId, rule }): FanOut[] => {
    const trigger = triggerId(rule);
    const key = deterministicId('business', id, journeyId, trigger);
    const fanOut = { id: key, key, journeyId, trigger, segment: rule.segment, name, at, properties };
    if (!rule.match) return [fanOut];
    const value = valueAt(properties, rule.match.property);
    return value === undefined ? [] : [{ ...fanOut, match: { trait: rule.match.trait, value } }];
  });
}

/** The clock of a schedule that all members share. */
export const workspaceZone = ({ timezone }: Pick<Workspace, 'timezone'>): string => timezone;
