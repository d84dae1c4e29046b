import { expect, test } from 'vitest';
import { emotionOf } from '#lib/profile/facts/emotion.ts';
import { mergeHours, packHours, unpackHours } from '#lib/profile/facts/engagement-hours.ts';
import { aProfile, aTouchpoint, days, folded, minutes } from '../profile-examples.ts';

const filled = (hours: readonly number[] = []) => hours.flatMap((n, hour) => (n > 0 ? [[hour, n]] : []));

test('hours are counted by channel, of what begins a visit, on the clocks the touchpoint names', () => {
  const at = '2026-03-01T22:30:00.000Z';
  const { hours } = folded([
    aTouchpoint({ name: 'Email Opened', channel: 'email', at, context: { timezone: 'Asia/Seoul' } }),
    aTouchpoint({ name: 'Email Opened', channel: 'email', at, context: { timezone: 'nowhere' } }),
    aTouchpoint({ name: 'Page Viewed', channel: 'email', at }),
    aTouchpoint({ name: 'Order Completed', channel: 'web', at }),
  ]);
  expect(Object.entries(hours).map(([channel, all]) => [channel, filled(all)])).toEqual([
    [
      'email',
      [
        [7, 1],
        [22, 1],
      ],
    ],
    ['web', [[22, 1]]],
  ]);
});

test('hours are packed into three characters each, and never outgrow two digits', () => {
  const hours = Array.from({ length: 24 }, () => 0)
    .with(9, 3)
    .with(23, 1295);
  expect(packHours(hours)).toBe('903nzz');
  expect(unpackHours(packHours(hours))).toEqual(hours);
  expect(filled(mergeHours(hours, hours))).toEqual([
    [9, 6],
    [23, 1295],
  ]);
});

test('the latest feeling counts, whether it was answered or seen, for thirty days', () => {
  const happy = { answers: { nps: { value: 10, at: days(1) } } };
  const seen = folded([
    aTouchpoint({ name: 'Chat Ended', properties: { emotion: 'negative' }, at: minutes(10) }),
    aTouchpoint({ name: 'Chat Ended', properties: { emotion: 'puzzled' }, at: minutes(20) }),
  ]);
  expect(emotionOf(seen, days(1))).toBe('negative');
  expect(emotionOf({ ...seen, ...happy }, days(2))).toBe('positive');
  expect(emotionOf(seen, days(31))).toBeUndefined();
  expect(emotionOf(aProfile({ answers: { csat: { value: 80, at: days(1) } } }), days(2))).toBe('neutral');
  expect(emotionOf(aProfile({ answers: { ces: { value: 2, at: days(1) } } }), days(2))).toBe('negative');
});
