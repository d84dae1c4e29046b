import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cannotMatch, matches, matchesCondition } from '../../lib/predicate/evaluate.ts';
import { overflowKey } from '../../lib/model/profile-limits.ts';
import { Condition, Predicate } from '../../lib/model/predicate.ts';
import { type Profile } from '../../lib/model/profile.ts';
import { aProfile, aTouchpoint, days, folded, minutes, touchpoints } from '../profile/profile-examples.ts';

test.each<[Condition, unknown, boolean]>([
  ['pro', 'pro', true],
  [3, '3', false],
  [null, undefined, true],
  [{ eq: null }, null, true],
  [{ ne: 'KR' }, 'US', true],
  [{ ne: 'KR' }, undefined, true],
  [{ ne: null }, undefined, false],
  [{ gt: 3 }, 4, true],
  [{ gt: 3 }, 3, false],
  [{ gt: 3 }, '4', false],
  [{ gte: 3, lt: 5 }, 3, true],
  [{ gte: 3, lt: 5 }, 5, false],
  [{ lt: 3 }, undefined, false],
  [{ lt: 3 }, null, false],
  [{ gte: '2026-01-01' }, '2026-03-01T00:00:00.000Z', true],
  [{ in: ['a', null] }, undefined, true],
  [{ in: ['a', 'b'] }, 'c', false],
  [{ contains: 'vip' }, ['new', 'vip'], true],
  [{ contains: 'vip' }, 'a vip', true],
  [{ contains: 1 }, '1', false],
  [{ startsWith: '+82' }, '+8210', true],
  [{ startsWith: '+82' }, 82, false],
  [{ exists: true }, 0, true],
  [{ exists: true }, null, false],
  [{ exists: false }, undefined, true],
])('%j on %j: %s', (condition, value, met) => {
  expect(matchesCondition(value as never, Condition.parse(condition))).toBe(met);
});

const ada: Profile = aProfile({
  lastSeen: days(10),
  traits: {
    plan: { value: 'pro', at: days(0) },
    address: { value: { city: 'Seoul' }, at: days(0) },
    'a.b': { value: 1, at: days(0) },
  },
  counts: {
    'Product Viewed': { n: 3, first: days(0), last: days(2) },
    'Order Completed': { n: 2, first: days(1), last: days(10) },
  },
  channels: { store: days(1) },
  purchases: { n: 2, revenue: 60, first: days(1), last: days(10) },
  answers: { nps: { value: 9, at: days(3) } },
  consent: { email: { value: true, at: days(0) }, sms: { value: false, at: days(0) } },
  stage: { id: 'retention', since: days(10), rule: 'retention' },
  churn: { score: 80, band: 'high', reasons: [], assessedAt: days(9) },
});

const order = aTouchpoint({ name: 'Order Completed', channel: 'web', properties: { total: 40, gift: { wrap: true } } });

test.each<[Predicate, boolean]>([
  [{ all: [] }, true],
  [{ any: [] }, false],
  [{ not: { any: [] } }, true],
  [
    {
      all: [
        { trait: 'plan', is: 'pro' },
        { trait: 'address.city', is: 'Seoul' },
      ],
    },
    true,
  ],
  [{ trait: 'a.b', is: 1 }, true],
  [{ trait: 'constructor.name', is: { exists: true } }, false],
  [{ trait: 'plan.length', is: { exists: true } }, false],
  [{ event: 'Order Completed' }, true],
  [{ event: ['Signed Up', 'Order Completed'], where: { total: { gte: 40 }, 'gift.wrap': true } }, true],
  [{ event: 'Order Completed', where: { total: { lt: 40 } } }, false],
  [{ did: 'Order Completed' }, true],
  [{ did: 'Never' }, false],
  [{ did: 'constructor' }, false],
  [{ did: ['Order Completed', 'Product Viewed'], atLeast: 5 }, true],
  [{ did: 'Order Completed', atLeast: 3 }, false],
  [{ did: 'Never', atMost: 0 }, true],
  [{ did: 'Order Completed', atMost: 1 }, false],
  [{ did: 'Product Viewed', within: '9d' }, false],
  [{ did: 'Product Viewed', within: '10d' }, true],
  [{ did: ['Product Viewed', 'Order Completed'], within: '2d' }, true],
  [{ did: 'Never', atMost: 0, within: '2d' }, false],
  [{ silentFor: '2d' }, true],
  [{ silentFor: '3d' }, false],
  [{ stage: ['retention'] }, true],
  [{ churn: ['low'] }, false],
  [{ feature: 'purchases', is: 2 }, true],
  [{ feature: 'averageOrder', is: { gt: 29, lt: 31 } }, true],
  [{ answer: 'nps', is: { gte: 9 } }, true],
  [{ answer: 'ces', is: { exists: true } }, false],
  [{ channel: ['web'] }, true],
  [{ channel: ['store'] }, false],
  [{ consents: 'email' }, true],
  [{ consents: 'sms' }, false],
  [{ consents: 'toString' }, false],
])('a customer at an order: %j is %s', (predicate, met) => {
  expect(matches(Predicate.parse(predicate), { profile: ada, touchpoint: order, now: days(12) })).toBe(met);
});

test('without a touchpoint at hand no event is met, and a channel is any the customer has used', () => {
  const now = days(12);
  expect(matches({ event: 'Order Completed' }, { profile: ada, now })).toBe(false);
  expect(matches({ channel: ['store'] }, { profile: ada, now })).toBe(true);
});

test('nobody has an average order without an order', () => {
  expect(matches({ feature: 'averageOrder', is: { exists: true } }, { profile: aProfile(), now: minutes(1) })).toBe(
    false,
  );
});

const scalar = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null));
const condition = fc.oneof(
  scalar,
  fc
    .record(
      {
        eq: scalar,
        ne: scalar,
        gt: fc.oneof(fc.double(), fc.string()),
        lte: fc.oneof(fc.double(), fc.string()),
        in: fc.array(scalar, { minLength: 1 }),
        contains: scalar,
        startsWith: fc.string(),
        exists: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .filter((tests) => Object.keys(tests).length > 0),
);
const name = fc.oneof(
  fc.constantFrom('Product Viewed', '__proto__', 'constructor', 'a.b.c'),
  fc.string({ minLength: 1 }),
);
const names = fc.oneof(name, fc.array(name, { minLength: 1 }));
const within = fc.constantFrom('1s', '9999999d', '30d');
const { predicate } = fc.letrec<{ predicate: Predicate; many: Predicate[] }>((tie) => ({
  many: fc.array(tie('predicate'), { maxLength: 3 }),
  predicate: fc.oneof(
    { maxDepth: 4 },
    fc.record({ trait: name, is: condition }),
    fc.record({ event: names, where: fc.dictionary(name, condition) }, { requiredKeys: ['event'] }),
    fc.record({ did: names, atLeast: fc.nat(), atMost: fc.nat(), within }, { requiredKeys: ['did'] }),
    fc.record({ silentFor: within }),
    fc.record({ stage: fc.array(fc.string(), { minLength: 1 }) }),
    fc.record({ churn: fc.array(fc.string(), { minLength: 1 }) }),
    fc.record({ feature: fc.constantFrom('purchases', 'revenue', 'averageOrder'), is: condition }),
    fc.record({ answer: fc.constantFrom('nps', 'ces', 'csat'), is: condition }),
    fc.record({ channel: fc.array(name, { minLength: 1 }) }),
    fc.record({ consents: name }),
    fc.record({ all: tie('many') }),
    fc.record({ any: tie('many') }),
    fc.record({ not: tie('predicate') }),
  ),
}));

test('any predicate its schema accepts has an answer for any customer', () => {
  fc.assert(
    fc.property(predicate, touchpoints, (any, all) => {
      const accepted = Predicate.safeParse(any);
      fc.pre(accepted.success);
      const answer = matches(accepted.data, { profile: folded(all), touchpoint: all[0], now: days(1) });
      expect(matches({ not: accepted.data }, { profile: folded(all), touchpoint: all[0], now: days(1) })).toBe(!answer);
    }),
  );
});

test.each<[Predicate, boolean]>([
  [{ event: 'Signed Up' }, true],
  [{ event: ['Signed Up', 'Order Completed'] }, false],
  [{ event: 'Order Completed', where: { total: { gt: 1_000 } } }, false],
  [{ any: [{ event: 'Signed Up' }, { event: 'Logged In' }] }, true],
  [{ any: [{ event: 'Signed Up' }, { stage: ['retention'] }] }, false],
  [{ all: [{ event: 'Signed Up' }, { stage: ['retention'] }] }, true],
  [{ not: { event: 'Signed Up' } }, false],
  [{ did: 'Signed Up' }, false],
  [{ stage: ['awareness'] }, false],
])('%j is ruled out by what ada did: %s', (predicate, out) => {
  expect(cannotMatch(predicate, ada)).toBe(out);
});

test('names that are not counted apart rule nothing out', () => {
  const counts = { ...ada.counts, [overflowKey]: { n: 1, first: days(0), last: days(0) } };
  expect(cannotMatch({ event: 'Signed Up' }, { counts })).toBe(false);
});
