import { type Workspace } from '../../model/workspace.ts';
import { type JsonObject, valueAtPath } from '../../shared/json.ts';
import { distinctBy } from '../../shared/lists.ts';
import { compact } from '../../shared/records.ts';
import { type Instant, addMs, dayMs, maxInstant } from '../../shared/time.ts';
import { triggerId } from './date-entries.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { deterministicId } from '../../shared/ids.ts';
import { type Trigger } from '../definition/trigger.ts';
import { type FanOut } from './fan-out.ts';
import { type LiveJourney } from '../publishing/journey-store.ts';
import { listOccurrences } from './occurrences.ts';

/** A trigger with a schedule. */
export type ScheduleTrigger = Extract<Trigger, { schedule: unknown }>;
type BusinessTrigger = Extract<Trigger, { businessEvent: string }>;

/**
 * Longest delay, in ms, after which an occurrence still triggers entries: one day. Older ones are
 * skipped, for example after an outage.
 */
export const maxLatenessMs = dayMs;

/**
 * Returns the time from which a journey's occurrences count: the latest of the state's last change,
 * the first publication of a live version, and one day ago. Occurrences during a pause are
 * therefore skipped.
 */
export function effectiveSince({ record, versions }: LiveJourney, now: Instant): Instant {
  const [firstPublished = ''] = versions.map(({ publishedAt }) => publishedAt ?? '').sort();
  return maxInstant(maxInstant(record.since, firstPublished), addMs(now, -maxLatenessMs));
}

/** A schedule of a journey, with the id of its trigger. */
export interface JourneySchedule {
  trigger: string;
  schedule: ScheduleTrigger;
}

/** Returns a journey's schedules. One that several versions share appears once. */
export function schedulesOf({ versions }: LiveJourney): JourneySchedule[] {
  const all = versions.flatMap(({ definition: { entry } }) =>
    entry.triggers.flatMap((schedule) => ('schedule' in schedule ? [{ trigger: triggerId(schedule), schedule }] : [])),
  );
  return distinctBy(all, ({ trigger }) => trigger);
}

/** Whether a version has the trigger of this id. */
export function hasTrigger({ entry }: JourneyDefinition, trigger: string): boolean {
  return entry.triggers.some((one) => triggerId(one) === trigger);
}

/**
 * Returns a fan-out for each occurrence of a schedule after `after` and up to `upTo`, in the time
 * zone `clock`. `zone` is missing if all members use the workspace's zone.
 */
export function findScheduledEntries(
  { journeyId, trigger, schedule }: JourneySchedule & { journeyId: string },
  { zone, clock, after, upTo }: { zone?: string | undefined; clock: string; after: Instant; upTo: Instant },
): FanOut[] {
  return listOccurrences(schedule.schedule, clock, { after, upTo }).map(({ name, at }) => {
    const key = deterministicId('schedule', journeyId, trigger, name);
    const id = zone === undefined ? key : deterministicId(key, zone);
    const { segment } = schedule;
    const properties = { time: name };
    return { id, key, journeyId, trigger, segment, at, name: 'Scheduled', properties, ...compact({ zone }) };
  });
}

/** Whether the schedule uses each customer's own time zone. */
export function usesCustomerZone({ schedule }: ScheduleTrigger): boolean {
  return 'every' in schedule && schedule.zone === 'customer';
}

const isForEvent = (trigger: Trigger, name: string): trigger is BusinessTrigger =>
  'businessEvent' in trigger && trigger.businessEvent === name;

/** Something that happened to no customer in particular, for example a product back in stock. */
export interface BusinessEvent {
  id: string;
  name: string;
  at: Instant;
  properties: JsonObject;
}

function toBusinessFanOut(
  journeyId: string,
  rule: BusinessTrigger,
  { id, name, at, properties }: BusinessEvent,
): FanOut[] {
  const trigger = triggerId(rule);
  const key = deterministicId('business', id, journeyId, trigger);
  const fanOut = { id: key, key, journeyId, trigger, segment: rule.segment, name, at, properties };
  if (!rule.match) return [fanOut];
  const value = valueAtPath(properties, rule.match.property);
  return value === undefined ? [] : [{ ...fanOut, match: { trait: rule.match.trait, value } }];
}

/**
 * Returns a fan-out for each live journey and trigger of a business event. A trigger whose `match`
 * property is missing in the event gives none.
 */
export function findBusinessFanOuts(live: readonly LiveJourney[], event: BusinessEvent): FanOut[] {
  const { name } = event;
  return live.flatMap(({ journeyId, versions }) => {
    const all = versions.flatMap(({ definition: { entry } }) => entry.triggers.filter((one) => isForEvent(one, name)));
    return distinctBy(all, triggerId).flatMap((rule) => toBusinessFanOut(journeyId, rule, event));
  });
}

/** Returns the time zone of schedules without a customer's zone. */
export const workspaceZone = ({ timezone }: Pick<Workspace, 'timezone'>): string => timezone;
