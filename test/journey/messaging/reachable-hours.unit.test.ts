import { expect, test } from 'vitest';
import { findReachability } from '#lib/journey/messaging/reachable-hours.ts';
import { type ContactHours } from '#lib/journey/definition/contact-hours.ts';
import { decideAfterPause } from '#lib/journey/messaging/after-pause.ts';
import { findQuietEnd } from '#lib/journey/messaging/quiet-hours.ts';
import { aProfile, dated } from '../journey-examples.ts';

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
  expect(findQuietEnd(quiet, zone, now)).toBe(until);
});

const office: ContactHours = {
  open: {
    mon: { from: '09:00', to: '17:00' },
    tue: { from: '09:00', to: '17:00' },
    fri: { from: '09:00', to: '12:00' },
  },
  closed: ['2026-03-03', '12-25'],
  missingZone: 'workspace',
};
const seoul = aProfile({ traits: dated({ timezone: 'Asia/Seoul' }) });
const workspace = { timezone: 'UTC', quietHours: undefined };

const reached: [string, ContactHours, string, unknown][] = [
  ['an open hour is now', office, '2026-03-02T01:00:00.000Z', { when: 'now' }],
  [
    'before hours waits for the opening',
    office,
    '2026-03-01T20:00:00.000Z',
    { when: 'later', until: '2026-03-02T00:00:00.000Z' },
  ],
  [
    'a closed day and days without hours are passed over',
    office,
    '2026-03-02T09:00:00.000Z',
    { when: 'later', until: '2026-03-06T00:00:00.000Z' },
  ],
  [
    'quiet hours within open ones are kept too',
    { ...office, quiet: { from: '09:00', to: '10:30' } },
    '2026-03-01T20:00:00.000Z',
    { when: 'later', until: '2026-03-02T01:30:00.000Z' },
  ],
  [
    'hours that are quiet whenever they are open never come',
    { ...office, quiet: { from: '08:00', to: '18:00' } },
    '2026-03-01T20:00:00.000Z',
    { when: 'never', reason: 'never-open' },
  ],
];

test.each(reached)('%s', (...[, hours, now, reach]) => {
  expect(findReachability(seoul, { hours, workspace, now })).toEqual(reach);
});

test('a journey may send to nobody whose zone is not known', () => {
  const hours = { ...office, missingZone: 'skip' as const };
  const now = '2026-03-02T01:00:00.000Z';
  expect(findReachability(aProfile(), { hours, workspace, now })).toEqual({ when: 'never', reason: 'unknown-zone' });
});

test('a late message goes out, not at all, or at its own time of day, also across a change of clocks', () => {
  const held = { since: '2026-03-27T08:30:00.000Z', zone: 'Europe/Berlin', now: '2026-03-28T20:00:00.000Z' };
  expect(decideAfterPause('send', held)).toBe('send');
  expect(decideAfterPause('skip', held)).toBe('skip');
  expect(decideAfterPause('shift', held)).toEqual({ until: '2026-03-29T07:30:00.000Z' });
});
