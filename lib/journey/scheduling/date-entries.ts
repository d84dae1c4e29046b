import { atWall, daysOn, isDate, lastDayOf, wallTime } from '../../shared/calendar/wall-time.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type Json } from '../../shared/json.ts';
import { type Profile } from '../../model/profile.ts';
import { type ProfileChange } from '../../model/profile-change.ts';
import { homeZone } from '../../profile/facts/home-zone.ts';
import { isoMs } from '../../shared/calendar/iso-time.ts';
import { compact } from '../../shared/records.ts';
import { durationMs, type Instant, instantAt, addMs } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { deterministicId } from '../../shared/ids.ts';
import { type Trigger } from '../definition/trigger.ts';
import { type TraitTime } from '../definition/step.ts';

/** A trigger's rule for entries on a customer's date, such as a birthday. */
export type DateRule = Extract<Trigger, { date: unknown }>['date'];

/** The date in a trait: a day of one year or of every year, and the time if the trait has one. */
interface TraitDate {
  date: string;
  moment?: Instant;
}

/**
 * Parses `2026-03-02`, `--03-02`, `03-02`, or a time (UTC if it has no zone). Returns undefined for
 * anything else, also for 30 February.
 */
function readTraitDate(value: Json | undefined, zone: string): TraitDate | undefined {
  if (typeof value !== 'string') return undefined;
  const [, year = '2000', day] = /^(?:(\d{4})-|--)?(\d{2}-\d{2})$/.exec(value) ?? [];
  if (day !== undefined) return isDate(`${year}-${day}`) ? { date: `${year}-${day}` } : undefined;
  const ms = /^\d{4}-\d{2}-\d{2}T/.test(value) ? isoMs(value) : Number.NaN;
  if (Number.isNaN(ms)) return undefined;
  const moment = instantAt(ms);
  return { date: wallTime(moment, zone).date, moment };
}

/** Returns the same day in another year. 29 February becomes the 28th in a year without it. */
function inYear(date: string, year: number): string {
  const day = `${String(year).padStart(4, '0')}${date.slice(4)}`;
  const lastDay = lastDayOf(`${day.slice(0, 7)}-01`);
  return Number(day.slice(8)) > lastDay ? `${day.slice(0, 8)}${lastDay}` : day;
}

/** Parses an offset such as `-3d` or `2h`. Whole days are counted in the calendar, others in ms. */
function readOffset(offset: string | undefined): { days: number; ms: number } {
  if (offset === undefined) return { days: 0, ms: 0 };
  const sign = offset.startsWith('-') ? -1 : 1;
  const length = offset.replace('-', '');
  return length.endsWith('d')
    ? { days: sign * Number(length.slice(0, -1)), ms: 0 }
    : { days: 0, ms: sign * durationMs(length) };
}

/**
 * Returns a date's time with the rule's offset. Whole days are counted in the calendar, so that a
 * change of clocks keeps the hour. Shorter offsets are elapsed time.
 */
function applyOffset({ date, moment }: TraitDate, { offset, at }: TraitTime, zone: string): Instant {
  const { days, ms } = readOffset(offset);
  const time = at ?? (moment ? wallTime(moment, zone).time : '00:00');
  const isMoment = at === undefined && days === 0;
  const onDay = isMoment && moment ? moment : atWall({ date: daysOn(date, days), time }, zone);
  return ms === 0 ? onDay : addMs(onDay, ms);
}

/** Returns the date that a trait holds. Undefined if it is missing or no date. */
function findTraitDate(traits: Profile['traits'], trait: string, zone: string): TraitDate | undefined {
  return readTraitDate(Object.hasOwn(traits, trait) ? traits[trait]?.value : undefined, zone);
}

/**
 * Returns a trait's time with the rule's offset. Returns undefined if the trait has no date. A day
 * without a time means midnight in the zone.
 */
export function traitTime(rule: TraitTime, traits: Profile['traits'], zone: string): Instant | undefined {
  const date = findTraitDate(traits, rule.trait, zone);
  return date && applyOffset(date, rule, zone);
}

/**
 * Returns the next time after `now` at which a date triggers an entry. Returns undefined if the
 * trait has no date or its only time has passed.
 */
export function nextDate(
  rule: DateRule,
  traits: Profile['traits'],
  { zone, now }: { zone: string; now: Instant },
): Instant | undefined {
  if (rule.every === 'once') {
    const at = traitTime(rule, traits, zone);
    return at !== undefined && at > now ? at : undefined;
  }
  const first = findTraitDate(traits, rule.trait, zone);
  if (!first) return undefined;
  const year = Number(now.slice(0, 4));
  // An offset may move the time to the next year or the one before.
  const all = [-1, 0, 1, 2].map((more) => applyOffset({ date: inYear(first.date, year + more) }, rule, zone));
  return all.sort().find((at) => at > now);
}

/**
 * Returns a trigger's id, a hash of its rule. Equal rules have equal ids in every version of a
 * journey.
 */
export const triggerId = (rule: unknown): string => deterministicId('trigger', JSON.stringify(rule)).slice(0, 12);

/** Returns the date rules among a journey's triggers. */
export function dateRules({ entry }: JourneyDefinition): DateRule[] {
  return entry.triggers.flatMap((trigger) => ('date' in trigger ? [trigger.date] : []));
}

type WithTraits = Pick<Profile, 'traits'>;

function hasSameTrait(before: WithTraits, after: WithTraits, trait: string): boolean {
  return JSON.stringify(before.traits[trait]?.value) === JSON.stringify(after.traits[trait]?.value);
}

/**
 * Returns a `dated` change for each date rule whose trait or zone has changed. A change without
 * `due` removes the customer's date.
 */
export function findMovedDates(
  { before, after }: { before: WithTraits | undefined; after: WithTraits },
  { journeys, workspace, now }: { journeys: readonly JourneyDefinition[]; workspace: Workspace; now: Instant },
): ProfileChange[] {
  const all = journeys.flatMap((journey) => dateRules(journey).map((rule) => ({ journeyId: journey.id, rule })));
  if (all.length === 0) return [];
  const zone = homeZone(after, workspace);
  const isSameZone = before !== undefined && homeZone(before, workspace) === zone;
  const moved = all.filter(({ rule: { trait } }) => !isSameZone || !hasSameTrait(before, after, trait));
  return moved.flatMap(({ journeyId, rule }): ProfileChange[] => {
    const due = nextDate(rule, after.traits, { zone, now });
    if (due === undefined && !before?.traits[rule.trait]) return [];
    return [{ type: 'dated', journeyId, trigger: triggerId(rule), ...compact({ due }) }];
  });
}
