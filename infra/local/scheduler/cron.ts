import { offsetAt } from '#lib/shared/calendar/wall-time.ts';
import { dayMs, minuteMs } from '#lib/shared/time.ts';

/** One field of a cron expression: whether it contains a number. */
type Field = (value: number) => boolean;

/** A calendar day in the zone. */
interface Day {
  year: number;
  /** 1 to 12. */
  month: number;
  date: number;
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** Maximum years between two firings: 29 February skips 2100. */
const longestYears = 8;

function numberOf(text: string, names: string[] = []): number {
  const named = names.indexOf(text.toUpperCase());
  const value = named === -1 ? Number(text) : named + 1;
  if (!Number.isInteger(value)) throw new Error(`cron: "${text}" is no number`);
  return value;
}

type Limits = readonly [min: number, max: number];

/** Parses `*`, `5`, `1-5`, `0/15` or `MON-FRI`. */
function parseRange(part: string, [min, max]: Limits, names?: string[]): { from: number; to: number; every: number } {
  const [span = '', step] = part.split('/');
  const [low = '', high] = span.split('-');
  const isAny = ['*', '?'].includes(low);
  const from = isAny ? min : numberOf(low, names);
  const open = isAny || step !== undefined ? max : from;
  const to = high === undefined ? open : numberOf(high, names);
  if (from < min || to > max) throw new Error(`cron: "${part}" is not within ${min} and ${max}`);
  return { from, to, every: step === undefined ? 1 : numberOf(step) };
}

/** Parses a list of ranges. */
function field(text: string, limits: Limits, names?: string[]): Field {
  const ranges = text.split(',').map((part) => parseRange(part, limits, names));
  return (value) => ranges.some(({ from, to, every }) => value >= from && value <= to && (value - from) % every === 0);
}

const lastDate = ({ year, month }: Day): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** 1 is Sunday, as AWS counts. */
const weekday = ({ year, month, date }: Day): number => new Date(Date.UTC(year, month - 1, date)).getUTCDay() + 1;

/** The weekday nearest to a date, in the same month. */
function nearestWeekday(day: Day, date: number): number {
  const on = weekday({ ...day, date });
  if (on === 7) return date === 1 ? 3 : date - 1;
  if (on === 1) return date === lastDate(day) ? date - 2 : date + 1;
  return date;
}

/** Day of month: also `L` (the last) and `15W` (the weekday nearest to the 15th). */
function datesOf(text: string): (day: Day) => boolean {
  if (text === 'L') return (day) => day.date === lastDate(day);
  if (/^\d+W$/i.test(text)) return (day) => day.date === nearestWeekday(day, Number(text.slice(0, -1)));
  const dates = field(text, [1, 31]);
  return (day) => dates(day.date);
}

/** Day of week: also `6L` (the last Friday) and `2#1` (the first Monday). */
function weekdaysOf(text: string): (day: Day) => boolean {
  if (/^\dL$/i.test(text)) return (day) => weekday(day) === Number(text[0]) && day.date + 7 > lastDate(day);
  const [, on, nth] = /^(\w+)#([1-5])$/.exec(text) ?? [];
  if (on !== undefined)
    return (day) => weekday(day) === numberOf(on, dayNames) && Math.ceil(day.date / 7) === Number(nth);
  const days = field(text === 'L' ? '7' : text, [1, 7], dayNames);
  return (day) => days(weekday(day));
}

/**
 * The instant at which a wall clock of the zone shows `wall` (as if UTC). A time that a clock
 * change skips is an hour later.
 */
export function fromWall(timezone: string, wall: number): number {
  const guess = wall - offsetAt(wall, timezone);
  return wall - offsetAt(guess, timezone);
}

/** A day's fields in the zone, and midnight of it as if it were UTC. */
function dayAt(timezone: string, at: number): Day & { midnight: number } {
  const wall = new Date(at + offsetAt(at, timezone));
  const [year, month, date] = [wall.getUTCFullYear(), wall.getUTCMonth() + 1, wall.getUTCDate()];
  return { year, month, date, midnight: Date.UTC(year, month - 1, date) };
}

interface CronFields {
  isOn: (day: Day) => boolean;
  /** Minutes of a day at which it fires, in order. */
  minutes: number[];
}

function parseCron(expression: string): CronFields {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 6) throw new Error(`cron(${expression}): six fields are needed`);
  const [minute = '', hour = '', date = '', month = '', day = '', year = ''] = fields;
  if ((date === '?') === (day === '?')) throw new Error(`cron(${expression}): one of the days must be ?, and only one`);
  const isDay = date === '?' ? weekdaysOf(day) : datesOf(date);
  const isMonth = field(month, [1, 12], monthNames);
  const isYear = field(year, [1970, 2199]);
  const hours = Array.from({ length: 24 }, (_, n) => n).filter(field(hour, [0, 23]));
  const minutes = Array.from({ length: 60 }, (_, n) => n).filter(field(minute, [0, 59]));
  return {
    isOn: (on) => isYear(on.year) && isMonth(on.month) && isDay(on),
    minutes: hours.flatMap((h) => minutes.map((m) => h * 60 + m)),
  };
}

/**
 * Returns the next firing of an AWS cron expression in a zone, or undefined. Throws for an
 * expression that AWS rejects.
 */
export function nextCron(expression: string, timezone: string, after: number): number | undefined {
  const { isOn, minutes } = parseCron(expression);
  const first = dayAt(timezone, after);
  for (let days = 0; days <= longestYears * 366; days++) {
    const wall = new Date(first.midnight + days * dayMs);
    if (!isOn({ year: wall.getUTCFullYear(), month: wall.getUTCMonth() + 1, date: wall.getUTCDate() })) continue;
    for (const minute of minutes) {
      const at = fromWall(timezone, wall.getTime() + minute * minuteMs);
      if (at > after) return at;
    }
  }
  return undefined;
}
