import { isDate } from './wall-time.ts';

const clock = String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?|24:00(?::00(?:[.,]0{1,9})?)?`;
const offset = String.raw`Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?`;
const form = new RegExp(String.raw`^(\d{4}-\d\d-\d\d)(?:[T ](${clock}) ?(${offset})?)?$`, 'i');

/** `Z`, `+09`, `+0900` and `+09:00` as the last of them. */
function zoneOf(zone: string): string {
  return zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
}

/**
 * Milliseconds since 1970 of an ISO 8601 time as sources write it: a day, or a day and a time of day with or without seconds, fraction
 * and zone. UTC where it names no zone. `24:00` is the end of the day. NaN for any other text, also for a day that its month does
 * not have and an offset of no zone: `Date.parse` makes 2 March of 30 February, and each engine reads other texts differently.
 */
export function isoMs(text: string): number {
  const [, date = '', time = '00:00', zone = 'Z'] = form.exec(text) ?? [];
  return isDate(date) ? Date.parse(`${date}T${time.replace(',', '.')}${zoneOf(zone)}`) : NaN;
}
