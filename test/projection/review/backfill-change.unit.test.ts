import { expect, test } from 'vitest';
import { refillSegments } from '#lib/projection/review/backfill-change.ts';
import { acme, aProfile, days, minutes } from '../../profile/profile-examples.ts';

const recent = { id: 'recent', rev: 2, predicate: { did: 'Order Completed', within: '7d' } };
const counts = { 'Order Completed': { n: 1, first: minutes(0), last: minutes(0) } };
const terms = { segments: [recent], gone: [], workspace: acme, now: days(1) };

test('a customer joins a changed segment as filled, and is reviewed when time ends the membership', () => {
  const { profile, signals } = refillSegments(aProfile({ counts, nextReview: days(30) }), terms);
  expect(profile.segments).toEqual({ recent: days(1) });
  expect(signals).toMatchObject([{ type: 'joined', segment: 'recent', filled: true }]);
  expect(profile.nextReview?.slice(0, 10)).toBe(days(7).slice(0, 10));
});

test('an earlier review stays', () => {
  expect(refillSegments(aProfile({ counts, nextReview: days(2) }), terms).profile.nextReview).toBe(days(2));
});

test('members leave a deleted segment', () => {
  const before = aProfile({ segments: { old: minutes(0) } });
  const { profile, signals } = refillSegments(before, { ...terms, gone: ['old'] });
  expect(profile.segments).toEqual({});
  expect(signals).toMatchObject([{ type: 'left', segment: 'old', filled: true }]);
});
