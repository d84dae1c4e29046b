import { expect, test } from 'vitest';
import { findMovedDates, nextDate } from '#lib/journey/scheduling/date-entries.ts';
import { listOccurrences } from '#lib/journey/scheduling/occurrences.ts';
import { Recurrence } from '#lib/journey/definition/trigger.ts';
import { acme } from '../../profile/profile-examples.ts';
import { aJourney, aProfile, dated, start } from '../journey-examples.ts';

const now = '2026-03-02T10:00:00.000Z';
const next = (rule: object, value: string, zone: string) =>
  nextDate({ trait: 'day', every: 'year', ...rule }, dated({ day: value }), { zone, now });

const dates: [string, object, string, string, string | undefined][] = [
  ['a birthday, at its hour', { at: '09:00' }, '1990-05-17', 'UTC', '2026-05-17T09:00:00.000Z'],
  ['a birthday that was this year', { at: '09:00' }, '1990-02-17', 'UTC', '2027-02-17T09:00:00.000Z'],
  ['a birthday where clocks differ', { at: '09:00' }, '1990-05-17', 'Asia/Seoul', '2026-05-17T00:00:00.000Z'],
  ['a day without a year', {}, '--05-17', 'UTC', '2026-05-17T00:00:00.000Z'],
  ['29 February in a common year', { at: '09:00' }, '1992-02-29', 'UTC', '2027-02-28T09:00:00.000Z'],
  [
    'a week before, over the turn of the year',
    { offset: '-7d', at: '09:00' },
    '1990-01-03',
    'UTC',
    '2026-12-27T09:00:00.000Z',
  ],
  [
    'a renewal three days ahead',
    { every: 'once', offset: '-3d', at: '09:00' },
    '2026-03-20',
    'UTC',
    '2026-03-17T09:00:00.000Z',
  ],
  [
    'a renewal by the clock',
    { every: 'once', offset: '-2h' },
    '2026-03-20T15:30:00Z',
    'UTC',
    '2026-03-20T13:30:00.000Z',
  ],
  ['a renewal that is over', { every: 'once' }, '2026-03-01', 'UTC', undefined],
  [
    'the hour stays as clocks change',
    { every: 'once', offset: '1d', at: '09:00' },
    '2026-03-07',
    'America/New_York',
    '2026-03-08T13:00:00.000Z',
  ],
  ['no date at all', {}, 'soon', 'UTC', undefined],
  ['a day that is in no calendar', {}, '2026-02-31', 'UTC', undefined],
  ['a moment that is in no calendar', { every: 'once' }, '2026-04-31T12:00:00Z', 'UTC', undefined],
  ['a moment in no zone of the world', { every: 'once' }, '2026-04-30T12:00:00+25:00', 'UTC', undefined],
  ['a moment that names no zone is in UTC', { every: 'once' }, '2026-04-30T12:00', 'UTC', '2026-04-30T12:00:00.000Z'],
  ['the day after the last', { every: 'once', offset: '30d' }, '9999-12-31', 'UTC', '9999-12-31T00:00:00.000Z'],
  [
    'hours after the last moment',
    { every: 'once', offset: '9h' },
    '9999-12-31T23:00:00Z',
    'UTC',
    '9999-12-31T23:59:59.999Z',
  ],
];

test.each(dates)('%s', (...[, rule, value, zone, at]) => {
  expect(next(rule, value, zone)).toBe(at);
});

const rule = { trait: 'birthday', at: '09:00', every: 'year' };
const birthday = aJourney({ id: 'birthday', entry: { triggers: [{ date: rule }] } });
const moved = (before: Record<string, string> | undefined, after: Record<string, string>) =>
  findMovedDates(
    { before: before && aProfile({ traits: dated(before) }), after: aProfile({ traits: dated(after) }) },
    { journeys: [birthday], workspace: acme, now: start },
  );

test('a date is told when it is known, when it changes, when its clock changes, and when it is gone', () => {
  const known = { birthday: '1990-05-17' };
  expect(moved(undefined, known)).toMatchObject([
    { type: 'dated', journeyId: 'birthday', due: '2026-05-17T09:00:00.000Z' },
  ]);
  expect(moved(known, { ...known, plan: 'pro' })).toEqual([]);
  expect(moved(known, { birthday: '1990-05-18' })).toMatchObject([{ due: '2026-05-18T09:00:00.000Z' }]);
  expect(moved(known, { ...known, timezone: 'Asia/Seoul' })).toMatchObject([{ due: '2026-05-17T00:00:00.000Z' }]);
  expect(moved(known, { birthday: 'secret' })).toEqual([
    expect.not.objectContaining({ due: expect.anything() as unknown }),
  ]);
  expect(moved(undefined, {})).toEqual([]);
});

const recurring = (more: object) => Recurrence.parse({ every: 'day', time: '09:00', ...more });
const times = (schedule: Parameters<typeof listOccurrences>[0], zone: string, [after, upTo]: [string, string]) =>
  listOccurrences(schedule, zone, { after, upTo }).map(({ at }) => at);

test('a daily time keeps its hour through a change of clocks, and comes once a day', () => {
  const days = times(recurring({}), 'Europe/London', ['2026-03-28T00:00:00.000Z', '2026-03-30T23:00:00.000Z']);
  expect(days).toEqual(['2026-03-28T09:00:00.000Z', '2026-03-29T08:00:00.000Z', '2026-03-30T08:00:00.000Z']);
});

test('a schedule ends with the year 9999', () => {
  const span: [string, string] = ['9999-12-30T12:00:00.000Z', '9999-12-31T23:59:59.999Z'];
  expect(times(recurring({}), 'UTC', span)).toEqual(['9999-12-31T09:00:00.000Z']);
});

test('the end of a span belongs to it, its beginning to the one before', () => {
  const [before, at] = ['2026-03-02T08:45:00.000Z', '2026-03-02T09:00:00.000Z'];
  expect(times(recurring({}), 'UTC', [before, at])).toEqual([at]);
  expect(times(recurring({}), 'UTC', [at, '2026-03-02T09:15:00.000Z'])).toEqual([]);
});

test('days of the week, and the last day of short months', () => {
  const week = recurring({ every: 'week', weekdays: ['tue', 'fri'] });
  const [from, to] = ['2026-03-01T00:00:00.000Z', '2026-03-08T00:00:00.000Z'];
  expect(times(week, 'UTC', [from, to])).toEqual(['2026-03-03T09:00:00.000Z', '2026-03-06T09:00:00.000Z']);
  const month = recurring({ every: 'month', day: 31 });
  expect(times(month, 'UTC', ['2026-02-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z'])).toEqual([
    '2026-02-28T09:00:00.000Z',
    '2026-03-31T09:00:00.000Z',
    '2026-04-30T09:00:00.000Z',
  ]);
});

test('a time that is the same everywhere comes once', () => {
  expect(times({ at: now }, 'Asia/Seoul', ['2026-03-02T09:00:00.000Z', now])).toEqual([now]);
  expect(times({ at: now }, 'Asia/Seoul', [now, '2026-03-03T09:00:00.000Z'])).toEqual([]);
});
