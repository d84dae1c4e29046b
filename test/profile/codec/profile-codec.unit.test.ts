import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scoreRisk } from '#lib/churn/heuristic-score.ts';
import { packProfile, unpackProfile } from '#lib/profile/codec/profile-codec.ts';
import { type Profile } from '#lib/model/profile.ts';
import { profileItem, readProfileItem } from '#lib/profile/profile-store.ts';
import { aProfile, aTouchpoint, days, folded, minutes, touchpoints } from '../profile-examples.ts';

test('a profile is read as it was written', () => {
  fc.assert(
    fc.property(touchpoints, (all) => {
      const profile = folded(all);
      expect(unpackProfile(packProfile(profile), profile)).toEqual(profile);
    }),
  );
});

test('everything a profile can hold is read as it was written', () => {
  const profile: Profile = aProfile({
    lastSeen: days(40),
    purchases: { n: 2, revenue: 12.5, first: minutes(-3), last: days(3) },
    stage: { id: 'decision', since: days(1), rule: 'decision', touchpoint: 'm1', met: days(2) },
    churn: { score: 12, band: 'low', reasons: [], assessedAt: days(2) },
    silence: { since: days(2), told: ['14d'] },
    nextReview: days(9),
    journeys: { e1: { journeyId: 'onboarding', version: 1, since: days(1), exit: { event: 'Order Completed' } } },
    waits: { w1: { enrolmentId: 'e1', on: { event: 'Activated' }, since: days(1), until: days(4) } },
    decisions: {
      d1: { placement: 'p', offer: 'o', stage: 's', at: days(1), exposed: true, on: { event: 'X' }, until: days(3) },
    },
    linked: ['a:one', 'u:two'],
    folded: { stream: '2026-01-01T00:00:00.000', through: { 'u:ada': '1', 'a:one': '22' } },
  });
  expect(readProfileItem(profileItem(profile, 7))).toEqual({ profile, rev: 7 });
});

test('times before 1970 that an older version stored are read as the first of 1970', () => {
  const old = '-005946-05-03T12:00:00.000Z';
  const keyDays = { recent: [{ day: -2_890_000, worth: 5 }] };
  const profile = aProfile({ firstSeen: old, lastSeen: old, silence: { since: old, told: ['14d'] }, keyDays });
  const first = '1970-01-01T00:00:00.000Z';
  const read = readProfileItem(profileItem(profile, 1))?.profile;
  expect(read).toMatchObject({
    firstSeen: first,
    lastSeen: first,
    silence: { since: first },
    keyDays: { recent: [{ day: 0, worth: 5 }] },
  });
});

/** An ordinary customer of a shop: identified, with a stage, a risk, a review ahead and the stream's position. */
function ordinary(): Profile {
  const names = ['Page Viewed', 'Product Viewed', 'Product Added', 'Checkout Started', 'Order Completed'];
  const traits = { email: 'ada@example.com', firstName: 'Ada', plan: 'pro', locale: 'ko-KR', timezone: 'Asia/Seoul' };
  const all = Array.from({ length: 20 }, (_, i) =>
    aTouchpoint({ name: names[i % 5]!, at: minutes(i * 700), channel: i % 3 === 0 ? 'mobile' : 'web' }),
  );
  const profile = folded([aTouchpoint({ type: 'identify', name: 'Identified', properties: traits }), ...all]);
  return {
    ...profile,
    churn: scoreRisk(profile, days(10)),
    stage: { id: 'retention', since: days(4), rule: 'retention', touchpoint: crypto.randomUUID(), met: days(9) },
    nextReview: days(12),
    linked: [`a:${crypto.randomUUID()}`],
    folded: { stream: '2026-03-01T08:00:00.000', through: { 'u:ada': '4'.repeat(25) } },
  };
}

/** As DynamoDB counts: UTF-8 of names and values. */
const itemBytes = (profile: Profile): number =>
  Object.entries(profileItem(profile, 20)).reduce((sum, entry) => sum + Buffer.byteLength(entry.join('')), 0);

test('an ordinary customer of twenty touchpoints fits one write unit', () => {
  expect(itemBytes(ordinary())).toBeLessThan(1024);
});
