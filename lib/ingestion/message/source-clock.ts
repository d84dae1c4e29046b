import { type Json } from '../../shared/json.ts';
import { isoMs } from '../../shared/calendar/iso-time.ts';
import { instantAt, type Instant, dayMs, daySeconds } from '../../shared/time.ts';

/** Tolerated clock difference, ms. Networks are slow, and clocks are not set to the second. */
const toleratedMs = 30_000;

/** Limit of a time ahead of receipt, ms. A later one is a mistake, not a wrong time zone. */
const farFutureMs = dayMs;

/**
 * Largest correction, seconds: a week. A clock set by hand is off by hours, a zone or a few days. A
 * larger difference has another cause: a clock reset to 1970, a made-up `sentAt`, or a body delayed
 * by a proxy with a correct old `sentAt`. None of these gives the true time.
 */
const maxSkew = 7 * daySeconds;

/**
 * Smaller numbers are seconds since 1970, greater ones milliseconds. In ms this one is March 1973.
 */
const firstMilliseconds = 100_000_000_000;

const latestMs = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Parses a source's time, ms since 1970: ISO 8601 (UTC without a zone), or Unix time in seconds or
 * milliseconds. Undefined if missing. NaN outside of 1970 to 9999, because year 1 is the zero value
 * of some languages.
 */
export function readTime(value: Json | undefined): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const ms = toMs(typeof value === 'string' && /^\d{9,14}$/.test(value) ? Number(value) : value);
  return ms >= 0 && ms <= latestMs ? ms : NaN;
}

function toMs(time: Json): number {
  if (typeof time === 'string') return isoMs(time);
  return typeof time === 'number' ? Math.floor(time < firstMilliseconds ? time * 1_000 : time) : NaN;
}

/** Returns whether a skew in seconds may be a correction. False for NaN. */
export const isPlausible = (skew: number): boolean => Math.abs(skew) <= maxSkew;

/**
 * Returns ms moved by a skew. Undefined if the skew is implausible or the result is outside of 1970
 * to 9999.
 */
function moved(at: number, skew: number): number | undefined {
  const ms = at + skew * 1_000;
  return isPlausible(skew) && ms >= 0 && ms <= latestMs ? ms : undefined;
}

/**
 * Returns `at` moved by a skew in whole seconds, or `at` if that is no correction. Every reader of
 * a companion row calls it, because older versions stored skews of any size, and stage rows at the
 * resulting times.
 */
export function corrected(at: Instant, skew: number): Instant {
  return instantAt(moved(Date.parse(at), skew) ?? Date.parse(at));
}

/**
 * Returns whole seconds to add to a message's time, from its `sentAt`. Undefined if clocks agree,
 * `sentAt` is missing, or the time is after it, so from another clock. `implausible` if it is no
 * correction. Differs between retries, so it never changes the stored message.
 */
export function measureClockSkew(
  at: number,
  sentAt: Json | undefined,
  receivedAt: number,
): number | 'implausible' | undefined {
  const sent = readTime(sentAt);
  if (sent === undefined || Number.isNaN(sent) || Math.abs(receivedAt - sent) <= toleratedMs) return undefined;
  if (at > sent + toleratedMs) return undefined;
  const skew = Math.round((receivedAt - sent) / 1_000);
  return moved(at, skew) === undefined ? 'implausible' : skew;
}

/**
 * Returns whether a time is far ahead without a skew that explains it. An implausible skew does
 * not.
 */
export function isFarFuture(at: number, skew: number | undefined, receivedAt: number): boolean {
  return skew === undefined && at > receivedAt + farFutureMs;
}
