import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDuration, Instant, instantAt, addMs, ttlAfter, ttlAfterMs, ZonedInstant } from '../../lib/shared/time.ts';

const last = '9999-12-31T23:59:59.999Z';

test.each([
  ['a duration past the year 9999', addDuration('9999-12-31T00:00:00.000Z', '30d'), last],
  ['a duration of 27,000 years', addDuration('2026-03-01T00:00:00.000Z', '9999999d'), last],
  ['the same backwards', addMs('2026-03-01T00:00:00.000Z', -9_999_999 * 86_400_000), '0000-01-01T00:00:00.000Z'],
  ['more than a date holds', instantAt(Infinity), last],
  ['an ordinary day', addDuration('2026-02-28T00:00:00.000Z', '1d'), '2026-03-01T00:00:00.000Z'],
])('%s ends at %s', (_name, at, end) => {
  expect(at).toBe(end);
});

test('what is added to an instant is an instant, and sorts as its time does', () => {
  const ms = fc.double({ min: -1e16, max: 1e16, noNaN: true });
  fc.assert(
    fc.property(ms, ms, (one, other) => {
      const [a, b] = [instantAt(one), instantAt(other)];
      expect([a, b].map((at) => Instant.safeParse(at).success)).toEqual([true, true]);
      expect(Math.sign(a < b ? -1 : a > b ? 1 : 0)).toBe(Math.sign(Date.parse(a) - Date.parse(b)));
    }),
  );
});

test.each([
  '2026-02-30T00:00:00Z',
  '2026-11-22T24:00:00Z',
  '2026-11-22T12:00:00+25:00',
  '2026-11-22T12:00:00+09:75',
  '9999-12-31T23:59:59-12:00',
  '0000-01-01T00:00:00+10:00',
])('%s is no instant of a request', (at) => {
  expect(ZonedInstant.safeParse(at).success).toBe(false);
});

test.each(['9999-12-31T23:59:59+12:00', '2028-02-29T00:00:00Z'])('%s is an instant of a request', (at) => {
  expect(ZonedInstant.safeParse(at).success).toBe(true);
});

test('a TTL is in whole seconds after the instant', () => {
  expect(ttlAfter('1970-01-01T00:00:10.999Z', 5)).toBe(15);
  expect(ttlAfterMs(10_999, 5)).toBe(15);
});
