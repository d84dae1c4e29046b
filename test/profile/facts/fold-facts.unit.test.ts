import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Touchpoint } from '#lib/model/touchpoint.ts';
import { overflowKey, profileLimits } from '#lib/model/profile-limits.ts';
import { packProfile } from '#lib/profile/codec/profile-codec.ts';
import { aTouchpoint, days, folded, minutes, shuffled, touchpoints } from '../profile-examples.ts';

const identify = (properties: Touchpoint['properties'], at = minutes(0)) =>
  aTouchpoint({ type: 'identify', name: 'Identified', properties, at });

test('the order in which touchpoints arrive does not show in the profile', () => {
  const inTwoOrders = touchpoints.chain((all) => fc.tuple(fc.constant(all), shuffled(all)));
  fc.assert(
    fc.property(inTwoOrders, ([all, other]) => {
      expect(folded(other)).toEqual(folded(all));
    }),
  );
});

test('touchpoints are counted by name with the first and the last time', () => {
  const { counts, firstSeen, lastSeen, channels } = folded([
    aTouchpoint({ name: 'Product Viewed', at: minutes(5) }),
    aTouchpoint({ name: 'Product Viewed', at: minutes(1), channel: 'mobile' }),
    aTouchpoint({ name: 'Signed Up', at: minutes(9) }),
  ]);
  expect(counts).toEqual({
    'Product Viewed': { n: 2, first: minutes(1), last: minutes(5) },
    'Signed Up': { n: 1, first: minutes(9), last: minutes(9) },
  });
  expect([firstSeen, lastSeen]).toEqual([minutes(1), minutes(9)]);
  expect(channels).toEqual({ web: minutes(9), mobile: minutes(1) });
});

test('a trait keeps the value of the latest event, not of the latest arrival', () => {
  const { traits } = folded([identify({ plan: 'pro' }, minutes(2)), identify({ plan: 'free' }, minutes(1))]);
  expect(traits.plan).toEqual({ value: 'pro', at: minutes(2) });
});

test('traits come from identify and from the context of any call, zone and language too', () => {
  const context = { traits: { email: 'ada@example.com' }, timezone: 'Asia/Seoul', locale: 'ko-KR' };
  const { traits } = folded([aTouchpoint({ context, properties: { color: 'red' } })]);
  expect(Object.keys(traits).sort()).toEqual(['email', 'locale', 'timezone']);
});

test.each([
  [{ revenue: 39.9 }, 39.9],
  [{ revenue: '39.90' }, 39.9],
  [{ total: 20, value: 5 }, 20],
  [{ value: 5 }, 5],
  [{ revenue: -3 }, 0],
  [{ revenue: 1e308 }, 0],
  [{ revenue: 'much' }, 0],
  [{}, 0],
])('an order with %j is worth %d', (properties, worth) => {
  expect(folded([aTouchpoint({ name: 'Order Completed', properties })]).purchases).toMatchObject({
    n: 1,
    revenue: worth,
  });
});

test('money adds up exactly', () => {
  const orders = Array.from({ length: 1000 }, () =>
    aTouchpoint({ name: 'Order Completed', properties: { revenue: 0.1 } }),
  );
  expect(folded(orders).purchases.revenue).toBe(100);
});

test.each([
  ['NPS Answered', { score: 9 }, { nps: 9 }],
  ['CES Answered', { score: '6' }, { ces: 6 }],
  ['CSAT Answered', { rating: 4 }, { csat: 4 }],
  ['Survey Answered', { kind: 'NPS', score: 0 }, { nps: 0 }],
  ['Survey Answered', { type: 'csat', value: 80 }, { csat: 80 }],
  ['NPS Answered', { score: 11 }, {}],
  ['NPS Answered', { score: null }, {}],
  ['Survey Answered', { kind: 'mood', score: 3 }, {}],
  ['Question Answered', { score: 3 }, {}],
])('%s %j answers %j', (name, properties, answers) => {
  const found = folded([aTouchpoint({ name, properties })]).answers;
  expect(Object.fromEntries(Object.entries(found).map(([kind, answer]) => [kind, answer?.value]))).toEqual(answers);
});

test.each([
  [{ name: 'Email Unsubscribed' }, { email: false }],
  [{ name: 'Email Marked as Spam' }, { email: false }],
  [{ name: 'Email Subscribed' }, { email: true }],
  [{ name: 'Unsubscribed' }, { email: false }],
  [{ name: 'Unsubscribed', properties: { channel: 'sms' } }, { sms: false }],
  [{ name: 'Subscribed', properties: { plan: 'pro' } }, {}],
  [{ name: 'Subscribed', properties: { channel: 'push' } }, { push: true }],
  [{ type: 'identify', name: 'Identified', properties: { consent: { email: true, sms: 'yes' } } }, { email: true }],
  [{ type: 'identify', name: 'Identified', properties: { 'consent.email': false } }, { email: false }],
  [{ context: { consent: { categoryPreferences: { Advertising: true } } } }, { Advertising: true }],
] as const)('%j says of consent %j', (sketch, consent) => {
  const found = folded([aTouchpoint(sketch)]).consent;
  expect(Object.fromEntries(Object.entries(found).map(([name, { value }]) => [name, value]))).toEqual(consent);
});

test('names past the bound are counted together', () => {
  const { counts } = folded(Array.from({ length: 130 }, (_, i) => aTouchpoint({ name: `Event ${i}` })));
  expect(Object.keys(counts)).toHaveLength(profileLimits.names + 1);
  expect(counts[overflowKey]?.n).toBe(30);
});

test('what is too long for a profile is left out of it', () => {
  const { traits, counts } = folded([
    identify({ bio: 'x'.repeat(5000), plan: 'pro' }),
    aTouchpoint({ name: 'n'.repeat(300) }),
  ]);
  expect(Object.keys(traits)).toEqual(['plan']);
  expect(Object.keys(counts)).toEqual(['Identified', overflowKey]);
});

test('a customer who sends the most of everything still has a profile under 100 KB', () => {
  const wide = (i: number) => `${String(i).padStart(3, '0')}${'w'.repeat(97)}`;
  const all = Array.from({ length: 300 }, (_, i) => [
    identify({ [wide(i)]: 'v'.repeat(500), consent: { [wide(i)]: true } }, days(i)),
    aTouchpoint({ name: wide(i), channel: wide(i), at: days(i) }),
  ]).flat();
  expect(packProfile(folded(all)).length).toBeLessThan(100_000);
});
