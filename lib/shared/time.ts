import * as z from 'zod';

/** A moment as ISO 8601, UTC, with milliseconds, so that strings sort by time. */
export type Instant = string;

/** The only source of the current time. Pure code takes `now: Instant` instead. */
export interface Clock {
  now(): Instant;
}

/** The clock of the process. */
export const systemClock: Clock = { now: () => new Date().toISOString() };

export const Instant = z.iso.datetime({ precision: 3 });

/** The first and the last time with a year of four digits, ms since 1970. */
const [firstMs, lastMs] = [Date.parse('0000-01-01T00:00:00.000Z'), Date.parse('9999-12-31T23:59:59.999Z')] as const;

/** An instant in a request, in any zone. Its year has four digits in UTC too. */
export const ZonedInstant = z.iso
  .datetime({ offset: true })
  .refine((at) => Date.parse(at) >= firstMs && Date.parse(at) <= lastMs, 'outside of the years 0000 to 9999');

/**
 * Returns the instant of milliseconds since 1970, or the nearest of the years 0000 to 9999.
 * `toISOString` writes other years with a sign and six digits (`+010000-01-30`), which sort before
 * all others and fail every schema. Throws a `RangeError` for NaN.
 */
export function instantAt(ms: number): Instant {
  return new Date(Math.min(lastMs, Math.max(firstMs, ms))).toISOString();
}

/** One minute in ms. */
export const minuteMs = 60_000;
/** One hour in ms. */
export const hourMs = 60 * minuteMs;
/** 24 hours, not a calendar day, in ms. */
export const dayMs = 24 * hourMs;
/** As `dayMs`, in seconds: the unit of TTLs and of AWS's limits. */
export const daySeconds = dayMs / 1_000;

const unitMs = { s: 1_000, m: minuteMs, h: hourMs, d: dayMs } as const;

/**
 * A duration: a whole number and a unit, `90s`, `15m`, `12h`, `30d`. A day is 24 hours, not a
 * calendar day.
 */
export const Duration = z.string().regex(/^[1-9]\d{0,6}[smhd]$/, 'a whole number and s, m, h or d: "3d"');
export type Duration = z.infer<typeof Duration>;

/** Returns the milliseconds of a duration. */
export function durationMs(duration: Duration): number {
  return Number(duration.slice(0, -1)) * unitMs[duration.slice(-1) as keyof typeof unitMs];
}

/** Returns `at` moved by `ms`, which may be negative. Limited to the years 0000 to 9999. */
export function addMs(at: Instant, ms: number): Instant {
  return instantAt(Date.parse(at) + ms);
}

/** Returns `at` plus a duration. Limited to the years 0000 to 9999. */
export function addDuration(at: Instant, duration: Duration): Instant {
  return addMs(at, durationMs(duration));
}

/** Returns the milliseconds from `from` to `to`; negative if `to` is earlier. */
export function msBetween(from: Instant, to: Instant): number {
  return Date.parse(to) - Date.parse(from);
}

/**
 * Returns the TTL attribute of an item that expires `seconds` after `at`: seconds since 1970, as
 * DynamoDB reads it.
 */
export function ttlAfter(at: Instant, seconds: number): number {
  return ttlAfterMs(Date.parse(at), seconds);
}

/** As `ttlAfter`, for a time in ms since 1970. */
export function ttlAfterMs(ms: number, seconds: number): number {
  return Math.floor(ms / 1_000) + seconds;
}

/** Returns the earlier of two instants. */
export function minInstant(a: Instant, b: Instant): Instant {
  return a < b ? a : b;
}

/** Returns the later of two instants. */
export function maxInstant(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}

/**
 * A time in UTC that Step Functions wrote, as an `Instant`. Step Functions omits milliseconds that
 * are zero, in one time of a thousand.
 */
export const ContextTime = z.iso.datetime().transform((at) => addMs(at, 0));
