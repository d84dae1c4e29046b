import { expect, test } from 'vitest';
import fc from 'fast-check';
import { type Json } from '#lib/shared/json.ts';
import { measureClockSkew, corrected, isFarFuture, readTime } from '#lib/ingestion/message/source-clock.ts';

const noon = Date.parse('2026-11-22T12:00:00.000Z');

test.each<[Json, string]>([
  ['2026-11-22T12:00:00.123Z', '2026-11-22T12:00:00.123Z'],
  ['2026-11-22T12:00:00Z', '2026-11-22T12:00:00.000Z'],
  ['2026-11-22T12:00:00.123456789Z', '2026-11-22T12:00:00.123Z'],
  ['2026-11-22T12:00:00.5+09:00', '2026-11-22T03:00:00.500Z'],
  ['2026-11-22T12:00:00.000+0000', '2026-11-22T12:00:00.000Z'],
  ['2026-11-22 12:00:00 -0330', '2026-11-22T15:30:00.000Z'],
  ['2026-11-22T12:00+09', '2026-11-22T03:00:00.000Z'],
  ['2026-11-22T12:00:00', '2026-11-22T12:00:00.000Z'],
  ['2026-11-22', '2026-11-22T00:00:00.000Z'],
  ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z'],
  ['2028-02-29T12:00:00.000Z', '2028-02-29T12:00:00.000Z'],
  ['2026-11-22T24:00:00', '2026-11-23T00:00:00.000Z'],
  ['2026-11-22T12:00:00+14:00', '2026-11-21T22:00:00.000Z'],
  [noon, '2026-11-22T12:00:00.000Z'],
  [noon / 1_000, '2026-11-22T12:00:00.000Z'],
  [noon / 1_000 + 0.25, '2026-11-22T12:00:00.250Z'],
  [String(noon), '2026-11-22T12:00:00.000Z'],
])('%j is a time', (value, at) => {
  expect(readTime(value)).toBe(Date.parse(at));
});

test.each<Json>([
  'yesterday',
  'foo 1',
  '2026-13-01T00:00:00.000Z',
  '2026-02-30',
  '2026-02-29T12:00:00.000Z',
  '2100-02-29T12:00:00.000Z',
  '2026-04-31T12:00:00Z',
  '2026-00-10',
  '2026-13-01',
  '2026-01-00',
  '2026-11-22T24:30',
  '2026-11-22T24:00:00.001Z',
  '2026-11-22T25:00:00.000Z',
  '2026-11-22T12:60',
  '2026-11-22T12:00:60.000Z',
  '2026-11-22T12:00:00+25:00',
  '2026-11-22T12:00:00+24:00',
  '2026-11-22T12:00+09:75',
  '2026-11-22T12:00:00.000 nonsense Z',
  'Nov 22, 2026 12:00:00  Z',
  '-005946-05-03T12:00:00Z',
  '9999-12-31T23:59:59-12:00',
  1e20,
  '0001-01-01T00:00:00Z',
  '+012026-11-22T12:00:00Z',
  -1,
  1e300,
  true,
  {},
])('%j is no time', (value) => {
  expect(readTime(value)).toBeNaN();
});

test.each([undefined, null, ''])('%j is the lack of a time', (value) => {
  expect(readTime(value)).toBeUndefined();
});

test('every instant reads as itself', () => {
  const date = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });
  fc.assert(
    fc.property(date, (time) => {
      expect(readTime(time.toISOString())).toBe(time.getTime());
    }),
  );
});

const hour = 3_600_000;
const day = 24 * hour;

test.each([
  ['a clock half a minute off is right enough', '2026-11-22T11:59:30.000Z', undefined],
  ['a clock behind is moved forward', '2026-11-22T11:59:29.400Z', 31],
  ['a clock ahead is moved back', '2026-11-22T13:00:00.000Z', -3_600],
  ['who does not say when it sent is believed', undefined, undefined],
  ['who says nonsense is believed', 'soon', undefined],
])('%s', (_name, sentAt, skew) => {
  expect(measureClockSkew(noon - hour, sentAt, noon)).toBe(skew);
});

test('a time after the sending was not taken from the clock that is wrong', () => {
  const sentAt = new Date(noon - 5 * day).toISOString();
  expect(measureClockSkew(noon - hour, sentAt, noon)).toBeUndefined();
  expect(measureClockSkew(noon - 6 * day, sentAt, noon)).toBe((5 * day) / 1_000);
});

test.each<[string, number, Json, number | string]>([
  ['a week is the last correction', noon - hour, noon + 7 * day, -7 * 86_400],
  ['more is none', noon - hour, noon + 7 * day + 1_000, 'implausible'],
  ['nor is the year 9999', noon - hour, '9999-12-31T23:59:59.999Z', 'implausible'],
  ['nor a clock that was reset', 60_000, 90_000, 'implausible'],
])('%s', (...[, at, sentAt, skew]) => {
  expect(measureClockSkew(at, sentAt, noon)).toBe(skew);
});

test('a correction that leaves the years 1970 to 9999 is none', () => {
  expect(measureClockSkew(hour, 2 * hour, 0)).toBe('implausible');
  expect(corrected('1970-01-01T01:00:00.000Z', -7_200)).toBe('1970-01-01T01:00:00.000Z');
  expect(corrected('9999-12-31T23:00:00.000Z', 7_200)).toBe('9999-12-31T23:00:00.000Z');
});

test.each([NaN, Infinity, -251_600_000_000, 7 * 86_400 + 1])('a stored skew of %d corrects nothing', (skew) => {
  expect(corrected('2026-11-22T12:00:00.000Z', skew)).toBe('2026-11-22T12:00:00.000Z');
});

test('a time is in the far future a day ahead, unless its clock is known to be', () => {
  expect(isFarFuture(noon + day + 1, undefined, noon)).toBe(true);
  expect(isFarFuture(noon + day, undefined, noon)).toBe(false);
  expect(isFarFuture(noon + 2 * day, (-2 * day) / 1_000, noon)).toBe(false);
});
