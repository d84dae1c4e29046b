import { expect, test } from 'vitest';
import { quietUntil, zoneOf } from '../../lib/journey/quiet-hours.ts';
import { aProfile, dated } from './given.ts';

const night = { from: '22:00', to: '08:00' };

const cases: [string, { from: string; to: string }, string, string, string | undefined][] = [
  ['by day nothing waits', night, 'Asia/Seoul', '2026-03-02T03:00:00.000Z', undefined],
  ['before midnight', night, 'Asia/Seoul', '2026-03-02T14:30:20.000Z', '2026-03-02T23:00:00.000Z'],
  ['after midnight', night, 'Asia/Seoul', '2026-03-02T18:00:00.000Z', '2026-03-02T23:00:00.000Z'],
  ['the first minute is quiet', night, 'UTC', '2026-03-02T22:00:00.000Z', '2026-03-03T08:00:00.000Z'],
  ['the last is over', night, 'UTC', '2026-03-03T08:00:00.000Z', undefined],
  [
    'a window within a day',
    { from: '12:00', to: '13:30' },
    'UTC',
    '2026-03-03T12:59:59.999Z',
    '2026-03-03T13:30:00.000Z',
  ],
  ['half-hour zones', night, 'Asia/Kolkata', '2026-03-02T18:00:00.000Z', '2026-03-03T02:30:00.000Z'],
  ['the night clocks go forward', night, 'America/New_York', '2026-03-08T04:00:00.000Z', '2026-03-08T12:00:00.000Z'],
  ['the night clocks go back', night, 'America/New_York', '2026-11-01T03:00:00.000Z', '2026-11-01T13:00:00.000Z'],
  [
    'the night clocks go forward in Europe',
    night,
    'Europe/Berlin',
    '2026-03-28T22:00:00.000Z',
    '2026-03-29T06:00:00.000Z',
  ],
  [
    'the night clocks go back by half an hour',
    night,
    'Australia/Lord_Howe',
    '2026-04-04T12:00:00.000Z',
    '2026-04-04T21:30:00.000Z',
  ],
  [
    'an end that the clocks jump over',
    { from: '22:00', to: '02:30' },
    'America/New_York',
    '2026-03-08T06:00:00.000Z',
    '2026-03-08T07:00:00.000Z',
  ],
  ['no length is none', { from: '09:00', to: '09:00' }, 'UTC', '2026-03-02T09:00:00.000Z', undefined],
];

test.each(cases)('%s', (...[, quiet, zone, now, until]) => {
  expect(quietUntil(quiet, zone, now)).toBe(until);
});

test('a zone nobody knows is the workspace’s', () => {
  const zone = (timezone: string) => zoneOf(aProfile({ traits: dated({ timezone }) }), { timezone: 'Asia/Seoul' });
  expect(zone('Europe/Berlin')).toBe('Europe/Berlin');
  expect(zone('Mars/Olympus')).toBe('Asia/Seoul');
  expect(zoneOf(aProfile(), { timezone: 'nonsense' })).toBe('UTC');
});
