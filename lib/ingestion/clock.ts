import { type Json } from '../json.ts';
import { type Instant } from '../time.ts';

/** A difference of clocks below this is left alone: networks are slow and nobody sets a clock to the second. */
const toleratedMs = 30_000;

/** A time further ahead than this is a mistake, not a wrong time zone. */
const farFutureMs = 24 * 3_600_000;

/** Numbers below are seconds since 1970 (this one in milliseconds is March 1973), above milliseconds. */
const firstMilliseconds = 100_000_000_000;

const latestMs = Date.parse('9999-12-31T23:59:59.999Z');

const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** `Z`, `+09`, `+0900` and `+09:00` as the last of them. */
function zoneOf(zone: string): string {
  return zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
}

function isoMs(text: string): number {
  // Most sources send just what `toISOString` makes; the rest is brought into the one form every engine parses alike.
  if (text.length === 24 && text.endsWith('Z')) return Date.parse(text);
  const match = iso.exec(text);
  if (!match) return NaN;
  const [, date, time = '00:00', zone = 'Z'] = match;
  return Date.parse(`${date}T${time.replace(',', '.')}${zoneOf(zone)}`);
}

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

/**
 * Whole seconds to add to a message's time to have it by our clock, from when its source says it sent the request; undefined when the
 * clocks agree, when it does not say, and for a time after the sending: that one was not taken from the clock that is wrong. Differs
 * a little between two tries of one message, so it never touches what is stored of the message itself.
 */
export function clockSkew(at: number, sentAt: Json | undefined, receivedAt: number): number | undefined {
  const sent = readTime(sentAt);
  if (sent === undefined || Number.isNaN(sent) || Math.abs(receivedAt - sent) <= toleratedMs) return undefined;
  return at > sent + toleratedMs ? undefined : Math.round((receivedAt - sent) / 1_000);
}

/** True for a time that lies far ahead, and no skew explains it. */
export function isFarFuture(at: number, skew: number | undefined, receivedAt: number): boolean {
  return skew === undefined && at > receivedAt + farFutureMs;
}

export const instant = (ms: number): Instant => new Date(ms).toISOString();
