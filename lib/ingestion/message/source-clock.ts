import { type Json } from '../../shared/json.ts';
import { isoMs } from '../../shared/calendar/iso-time.ts';
import { instantAt, type Instant } from '../../shared/time.ts';

/** A difference of clocks below this is left alone: networks are slow and nobody sets a clock to the second. */
const toleratedMs = 30_000;

/** A time further ahead than this is a mistake, not a wrong time zone. */
const farFutureMs = 24 * 3_600_000;

/**
 * Largest correction, seconds: a week. A clock set by hand is off by hours, by a zone, or by a day or two of the calendar.
 * Past it another story is likelier: a clock that was reset to 1970, a made-up `sentAt`, or a body that lay in a queue of a
 * proxy, whose `sentAt` is old and right. None of these says when the customer acted.
 */
const maxSkew = 7 * 86_400;

/** Numbers below are seconds since 1970 (this one in milliseconds is March 1973), above milliseconds. */
const firstMilliseconds = 100_000_000_000;

const latestMs = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * The time a source named, in milliseconds since 1970: ISO 8601 (UTC where it names no zone) or a Unix time in seconds or
 * milliseconds. Undefined where there is none, NaN for what is no time between 1970 and 9999: a year 1 is some language's zero.
 */
export function readTime(value: Json | undefined): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const text = typeof value === 'string' && /^\d{9,14}$/.test(value) ? Number(value) : value;
  if (typeof text !== 'number' && typeof text !== 'string') return NaN;
  const ms = typeof text === 'string' ? isoMs(text) : Math.floor(text < firstMilliseconds ? text * 1_000 : text);
  return ms >= 0 && ms <= latestMs ? ms : NaN;
}

/** Whether a skew in seconds may be a correction at all. False for NaN. */
export const isPlausible = (skew: number): boolean => Math.abs(skew) <= maxSkew;

/** Milliseconds moved by a skew; undefined where that is no correction: implausible, or out of the years 1970 to 9999. */
function moved(at: number, skew: number): number | undefined {
  const ms = at + skew * 1_000;
  return isPlausible(skew) && ms >= 0 && ms <= latestMs ? ms : undefined;
}

/**
 * `at` moved by a skew in whole seconds, or `at` itself where that is no correction. Every reader of a companion row goes through
 * here, as older versions stored skews of any size, and stage rows of the times they made: those come out as an instant too.
 */
export function corrected(at: Instant, skew: number): Instant {
  return instantAt(moved(Date.parse(at), skew) ?? Date.parse(at));
}

/**
 * Whole seconds to add to a message's time to have it by our clock, from when its source says it sent the request; undefined when the
 * clocks agree, when it does not say, and for a time after the sending: that one was not taken from the clock that is wrong.
 * `implausible` where the difference is no correction; the message then keeps its time. Differs a little between two tries of one
 * message, so it never touches what is stored of the message itself.
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

/** True for a time that lies far ahead, and no skew explains it. A skew that is no correction explains nothing. */
export function isFarFuture(at: number, skew: number | undefined, receivedAt: number): boolean {
  return skew === undefined && at > receivedAt + farFutureMs;
}
