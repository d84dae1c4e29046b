import { atWall, daysOn, isDate, lastDayOf, type WallTime, wallTime } from '../../shared/calendar/wall-time.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type Json } from '../../shared/json.ts';
import { type Profile } from '../../model/profile.ts';
import { type ProfileChange } from '../../model/profile-change.ts';
import { homeZone } from '../../profile/facts/home-zone.ts';
import { isoMs } from '../../shared/calendar/iso-time.ts';
import { durationMs, type Instant, instantAt, addMs } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { deterministicId } from '../../shared/ids.ts';
import { type Trigger } from '../definition/trigger.ts';
import { type TraitTime } from '../definition/step.ts';

export type DateRule = Extract<Trigger, { date: unknown }>['date'];

/** What a trait says of a date: a day of a year or of every year, and the moment where it tells one. */
interface TraitDate {
  date: string;
  moment?: Instant;
}

/** `2026-03-02`, `--03-02`, `03-02`, or a moment (UTC where it names no zone). Anything else is no date, as is 30 February. */
function readTraitDate(value: Json | undefined, zone: string): TraitDate | undefined {
  if (typeof value !== 'string') return undefined;
  const [, year = '2000', day] = /^(?:(\d{4})-|--)?(\d{2}-\d{2})$/.exec(value) ?? [];
  if (day !== undefined) return isDate(`${year}-${day}`) ? { date: `${year}-${day}` } : undefined;
  const ms = /^\d{4}-\d{2}-\d{2}T/.test(value) ? isoMs(value) : Number.NaN;
  if (Number.isNaN(ms)) return undefined;
  const moment = instantAt(ms);
  return { date: wallTime(moment, zone).date, moment };
}

/** The same day in another year; of 29 February the 28th where there is none. */
function inYear(date: string, year: number): string {
  const day = `${String(year).padStart(4, '0')}${date.slice(4)}`;
  const lastDay = lastDayOf(`${day.slice(0, 7)}-01`);
  return Number(day.slice(8)) > lastDay ? `${day.slice(0, 8)}${lastDay}` : day;
}

/** A rule's time on one of its days: whole days by the calendar, so that a change of clocks does not move the hour; the rest by the clock. */
function applyOffset({ date, moment }: TraitDate, { offset, at }: TraitTime, zone: string): Instant {
  const sign = offset?.startsWith('-') ? -1 : 1;
  const length = offset?.replace('-', '');
  const byDay = length?.endsWith('d') ? sign * Number(length.slice(0, -1)) : 0;
  const wall: WallTime = { date: daysOn(date, byDay), time: at ?? (moment ? wallTime(moment, zone).time : '00:00') };
  const onDay = at === undefined && moment && byDay === 0 ? moment : atWall(wall, zone);
  return length === undefined || length.endsWith('d') ? onDay : addMs(onDay, sign * durationMs(length));
}

/** The time a trait tells, moved as the rule says; undefined for what is no date. A day alone is its midnight on the clocks of the zone. */
export function traitTime(rule: TraitTime, traits: Profile['traits'], zone: string): Instant | undefined {
  const value = Object.hasOwn(traits, rule.trait) ? traits[rule.trait]?.value : undefined;
  const said = readTraitDate(value, zone);
  return said && applyOffset(said, rule, zone);
}

/** When a date lets the customer in next, after `now`; undefined for somebody without such a date, or when it is over. */
export function nextDate(
  rule: DateRule,
  traits: Profile['traits'],
  { zone, now }: { zone: string; now: Instant },
): Instant | undefined {
  if (rule.every === 'once') {
    const at = traitTime(rule, traits, zone);
    return at !== undefined && at > now ? at : undefined;
  }
  const value = Object.hasOwn(traits, rule.trait) ? traits[rule.trait]?.value : undefined;
  const said = readTraitDate(value, zone);
  if (!said) return undefined;
  const year = Number(now.slice(0, 4));
  // An offset may reach into the next year or the one before.
  const all = [-1, 0, 1, 2].map((more) => applyOffset({ date: inYear(said.date, year + more) }, rule, zone));
  return all.sort().find((at) => at > now);
}

/** A rule by what it says: the same in every version of a journey. */
export const triggerId = (rule: unknown): string => deterministicId('trigger', JSON.stringify(rule)).slice(0, 12);

export function dateRules({ entry }: JourneyDefinition): DateRule[] {
  return entry.triggers.flatMap((trigger) => ('date' in trigger ? [trigger.date] : []));
}

type Known = Pick<Profile, 'traits'>;

/** What a change of a profile does to the dates that let it into journeys. A rule whose trait and zone are as before says nothing. */
export function findMovedDates(
  { before, after }: { before: Known | undefined; after: Known },
  { journeys, workspace, now }: { journeys: readonly JourneyDefinition[]; workspace: Workspace; now: Instant },
): ProfileChange[] {
  const all = journeys.flatMap((journey) => dateRules(journey).map((rule) => ({ journeyId: journey.id, rule })));
  if (all.length === 0) return [];
  const zone = homeZone(after, workspace);
  const zoneBefore = before && homeZone(before, workspace);
  return all.flatMap(({ journeyId, rule }): ProfileChange[] => {
    const isSame =
      zone === zoneBefore &&
      JSON.stringify(before?.traits[rule.trait]?.value) === JSON.stringify(after.traits[rule.trait]?.value);
    if (isSame) return [];
    const due = nextDate(rule, after.traits, { zone, now });
    if (due === undefined && !before?.traits[rule.trait]) return [];
    return [{ type: 'dated', journeyId, trigger: triggerId(rule), ...(due !== undefined && { due }) }];
  });
}
