import { isDate } from './wall-time.ts';

const clock = String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?|24:00(?::00(?:[.,]0{1,9})?)?`;
const offset = String.raw`Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?`;
const form = new RegExp(String.raw`^(\d{4}-\d\d-\d\d)(?:[T ](${clock}) ?(${offset})?)?$`, 'i');

/** Parses `Z`, `+09`, `+0900` and `+09:00`. */
function zoneOf(zone: string): string {
  return zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
}

/**
 * Parses an ISO 8601 time, ms since 1970: a day with or without time, seconds, fraction and zone.
 * UTC without a zone. `24:00` is the end of the day. NaN for other texts and impossible dates:
 * `Date.parse` accepts 30 February, and engines differ on other texts.
 */
export function isoMs(text: string): number {
  const [, date = '', time = '00:00', zone = 'Z'] = form.exec(text) ?? [];
  return isDate(date) ? Date.parse(`${date}T${time.replace(',', '.')}${zoneOf(zone)}`) : NaN;
}
