import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atWall, daysOn, isDate, lastDayOf, offsetAt, wallTime, weekdayOf } from '#lib/shared/calendar/wall-time.ts';

const walls: [string, string, string, string, string][] = [
  ['an ordinary morning', 'Asia/Seoul', '2026-03-02', '09:00', '2026-03-02T00:00:00.000Z'],
  ['a zone with quarters of an hour', 'Asia/Kathmandu', '2026-03-02', '09:00', '2026-03-02T03:15:00.000Z'],
  ['the day before clocks go forward', 'America/New_York', '2026-03-07', '09:00', '2026-03-07T14:00:00.000Z'],
  ['the day they go forward', 'America/New_York', '2026-03-08', '09:00', '2026-03-08T13:00:00.000Z'],
  ['a time that is left out', 'America/New_York', '2026-03-08', '02:30', '2026-03-08T07:30:00.000Z'],
  ['a time that comes twice', 'America/New_York', '2026-11-01', '01:30', '2026-11-01T05:30:00.000Z'],
  ['half an hour of summer time', 'Australia/Lord_Howe', '2026-04-05', '01:45', '2026-04-04T14:45:00.000Z'],
  ['the day a country left out', 'Pacific/Apia', '2011-12-31', '09:00', '2011-12-30T19:00:00.000Z'],
];

test.each(walls)('%s: %s, %s at %s', (...[, zone, date, time, at]) => {
  expect(atWall({ date, time }, zone)).toBe(at);
});

const zones = ['America/Sao_Paulo', 'Europe/London', 'Australia/Sydney', 'Asia/Tehran', 'Pacific/Chatham'];

test('what a clock shows at a moment leads back to that moment, but for the hour that comes twice', () => {
  const minute = fc.integer({ min: Date.UTC(2025, 0) / 60_000, max: Date.UTC(2028, 0) / 60_000 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), minute, (zone, n) => {
      const at = new Date(n * 60_000).toISOString();
      const wall = wallTime(at, zone);
      const found = atWall(wall, zone);
      expect(found <= at).toBe(true);
      expect(wallTime(found, zone)).toEqual(wall);
    }),
  );
});

test('days go by the calendar', () => {
  expect(daysOn('2026-02-28', 1)).toBe('2026-03-01');
  expect(daysOn('2028-03-01', -1)).toBe('2028-02-29');
  expect([lastDayOf('2026-02-10'), lastDayOf('2028-02-10'), lastDayOf('2026-12-01')]).toEqual([28, 29, 31]);
  expect(weekdayOf('2026-03-02')).toBe('mon');
});

test.each(['2026-03-29', '2028-02-29', '2000-02-29', '0004-02-29', '9999-12-31'])('%s is a day', (date) => {
  expect(isDate(date)).toBe(true);
});

test.each(['2026-02-29', '1900-02-29', '2026-02-30', '2026-13-01', '2026-00-01', '2026-01-00', '2026-1-1', 'soon'])(
  '%s is no day',
  (date) => {
    expect(isDate(date)).toBe(false);
  },
);

test('years of fewer than three digits are those years, not the 1900s', () => {
  expect(offsetAt(Date.parse('0055-06-01T00:00:00.000Z'), 'UTC')).toBe(0);
  expect(wallTime('0055-06-01T12:30:00.000Z', 'UTC')).toEqual({ date: '0055-06-01', time: '12:30' });
});

test('the calendar ends with the year 9999', () => {
  expect(daysOn('9999-12-31', 1)).toBe('9999-12-31');
  expect(wallTime('9999-12-31T23:59:59.999Z', 'Asia/Seoul').date).toBe('9999-12-31');
  expect(atWall({ date: '9999-12-31', time: '23:00' }, 'America/New_York')).toBe('9999-12-31T23:59:59.999Z');
});
