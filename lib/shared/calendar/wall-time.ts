import { type Instant, instantAt } from '../time.ts';
import { correctedOffset, linkedName } from './zone-data.ts';

/** A day and a time of day as clocks and calendars in some zone show them: `2026-03-29`, `09:30`. */
export interface WallTime {
  date: string;
  time: string;
}

const dayMs = 86_400_000;

const clocks = new Map<string, Intl.DateTimeFormat>();

/** A formatter takes a millisecond to make, and there are some 600 names of zones, in any case. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const name = zone.toLowerCase();
  const made = clocks.get(name);
  if (made) return made;
  const two = '2-digit';
  const parts = { year: 'numeric', month: two, day: two, hour: two, minute: two, second: two } as const;
  const clock = new Intl.DateTimeFormat('en-CA', { timeZone: linkedName(zone), hourCycle: 'h23', ...parts });
  clocks.set(name, clock);
  return clock;
}

/** The time of day and the day that the runtime shows for a zone, read as if they were in UTC; to the second. Milliseconds. */
function shownMs(ms: number, zone: string): number {
  const shown = Object.fromEntries(
    clockOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  // `Date.UTC` takes the years 0 to 99 for 1900 to 1999.
  return new Date(Date.UTC(2000, 0, 1, hour, minute, second)).setUTCFullYear(year, month - 1, day);
}

const toSecond = (ms: number): number => Math.floor(ms / 1_000) * 1_000;

/**
 * How far the clocks of a zone are ahead of UTC: by the corrections where they say, else by the runtime. Every local time is computed
 * from this. Milliseconds.
 */
export const offsetAt = (ms: number, zone: string): number =>
  correctedOffset(ms, zone) ?? shownMs(ms, zone) - toSecond(ms);

/** One name of a zone where it has several (`US/Pacific` is `America/Los_Angeles`). Throws for what is no zone. */
export const canonicalZone = (zone: string): string => clockOf(zone).resolvedOptions().timeZone;

/** The day and the minute that a zone's clocks show. */
export function wallTime(at: Instant, zone: string): WallTime {
  const ms = Date.parse(at);
  const shown = instantAt(toSecond(ms) + offsetAt(ms, zone));
  return { date: shown.slice(0, 10), time: shown.slice(11, 16) };
}

/**
 * When the clocks of a zone show this. A time that comes twice, as clocks are set back, is meant the first time; one that is left out,
 * as they are set forward, comes as much later as they jump (as Temporal's `compatible` has it).
 */
export function atWall({ date, time }: WallTime, zone: string): Instant {
  const wall = Date.parse(`${date}T${time}:00.000Z`);
  const [before, behind] = [offsetAt(wall - dayMs, zone), offsetAt(wall + dayMs, zone)];
  const fits = [before, behind].map((offset) => ({ at: wall - offset, offset }));
  const found = fits.filter(({ at, offset }) => offsetAt(at, zone) === offset).map(({ at }) => at);
  return instantAt(found.length > 0 ? Math.min(...found) : wall - before);
}

/** The day so many days later, or earlier. Stops at the first and the last day of the years 0000 to 9999. */
export function daysOn(date: string, days: number): string {
  return instantAt(Date.parse(`${date}T00:00:00.000Z`) + days * dayMs).slice(0, 10);
}

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

export function weekdayOf(date: string): (typeof weekdays)[number] {
  return weekdays[new Date(`${date}T00:00:00.000Z`).getUTCDay()] ?? 'sun';
}

/** The last day of a date's month: 28 to 31. */
export function lastDayOf(date: string): number {
  // `Date.UTC` takes the years 0 to 99 for 1900 to 1999.
  const day = new Date(`${date.slice(0, 7)}-01T00:00:00.000Z`);
  return new Date(day.setUTCMonth(day.getUTCMonth() + 1, 0)).getUTCDate();
}

/** Whether a text is a day of the calendar, `2026-03-29`. `Date.parse` reads 30 February as 2 March. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(text)) return false;
  return Number(text.slice(8)) <= lastDayOf(text);
}
