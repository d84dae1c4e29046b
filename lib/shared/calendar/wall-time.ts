import { type Instant, instantAt, dayMs } from '../time.ts';
import { correctedOffset, linkedName } from './zone-data.ts';

/** A local day and time of day: `2026-03-29`, `09:30`. */
export interface WallTime {
  date: string;
  time: string;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Caches formatters. One takes a millisecond to create, and there are some 600 names of zones. */
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

/** Returns a zone's local time, read as UTC, ms with a precision of a second. */
function shownMs(ms: number, zone: string): number {
  const shown = Object.fromEntries(
    clockOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  // `Date.UTC` maps the years 0 to 99 to 1900 to 1999.
  return new Date(Date.UTC(2000, 0, 1, hour, minute, second)).setUTCFullYear(year, month - 1, day);
}

const toSecond = (ms: number): number => Math.floor(ms / 1_000) * 1_000;

/**
 * Returns a zone's offset from UTC, ms: from the corrections, else from the runtime. Every local
 * time is computed from it.
 */
export const offsetAt = (ms: number, zone: string): number =>
  correctedOffset(ms, zone) ?? shownMs(ms, zone) - toSecond(ms);

/**
 * Returns the canonical name of a zone (`US/Pacific` is `America/Los_Angeles`). Throws if the zone
 * is unknown.
 */
export const canonicalZone = (zone: string): string => clockOf(zone).resolvedOptions().timeZone;

/** Returns the local day and minute in a zone. */
export function wallTime(at: Instant, zone: string): WallTime {
  const ms = Date.parse(at);
  const shown = instantAt(toSecond(ms) + offsetAt(ms, zone));
  return { date: shown.slice(0, 10), time: shown.slice(11, 16) };
}

/**
 * Returns the instant of a local time. Of a time that occurs twice, the first. A skipped time is
 * moved by the length of the gap, as in Temporal's `compatible`.
 */
export function atWall({ date, time }: WallTime, zone: string): Instant {
  const wall = Date.parse(`${date}T${time}:00.000Z`);
  const [before, behind] = [offsetAt(wall - dayMs, zone), offsetAt(wall + dayMs, zone)];
  const fits = [before, behind].map((offset) => ({ at: wall - offset, offset }));
  const found = fits.filter(({ at, offset }) => offsetAt(at, zone) === offset).map(({ at }) => at);
  return instantAt(found.length > 0 ? Math.min(...found) : wall - before);
}

/** Returns the day `days` later, or earlier if negative. Limited to the years 0000 to 9999. */
export function daysOn(date: string, days: number): string {
  return instantAt(Date.parse(`${date}T00:00:00.000Z`) + days * dayMs).slice(0, 10);
}

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** Returns the weekday of a calendar day, `2026-03-29`. */
export function weekdayOf(date: string): (typeof weekdays)[number] {
  return weekdays[new Date(`${date}T00:00:00.000Z`).getUTCDay()] ?? 'sun';
}

/** Returns the last day of a date's month: 28 to 31. */
export function lastDayOf(date: string): number {
  // `Date.UTC` maps the years 0 to 99 to 1900 to 1999.
  const day = new Date(`${date.slice(0, 7)}-01T00:00:00.000Z`);
  return new Date(day.setUTCMonth(day.getUTCMonth() + 1, 0)).getUTCDate();
}

/**
 * Returns whether a text is a calendar day, `2026-03-29`. `Date.parse` reads 30 February as 2
 * March.
 */
export function isDate(text: string): boolean {
  if (!/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(text)) return false;
  return Number(text.slice(8)) <= lastDayOf(text);
}
