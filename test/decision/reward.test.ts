import fc from 'fast-check';
import { expect, test } from 'vitest';
import { earnedBy, type Fact, type Ledger, told } from '../../lib/decision/reward.ts';
import { plus } from '../../lib/time.ts';
import { start } from './world.ts';

const hour = (n: number) => plus(start, n * 3_600_000);
const exposure = (id: string, offer: string, at: number): Fact => ({
  kind: 'exposure',
  id,
  offer,
  at: hour(at),
  until: hour(at + 10),
});
const reward = (id: string, at: number, value = 1): Fact => ({ kind: 'reward', id, at: hour(at), value });
const ledgerOf = (facts: Fact[]): Ledger => facts.reduce(told, new Map());

test('a reward goes to the newest offer before it whose window holds it, and to nobody after that', () => {
  const facts = [
    exposure('d1', 'a', 0),
    exposure('d2', 'b', 5),
    reward('r1', 3),
    reward('r2', 12, 40),
    reward('r3', 15),
  ];
  expect(Object.fromEntries(earnedBy(ledgerOf(facts)))).toEqual({
    a: { exposed: 1, won: 1, value: 1 },
    b: { exposed: 1, won: 1, value: 40 },
  });
});

test('two rewards of one showing add their values and win once', () => {
  const facts = [exposure('d1', 'a', 0), reward('r1', 1, 5), reward('r2', 2, 7)];
  expect(earnedBy(ledgerOf(facts)).get('a')).toEqual({ exposed: 1, won: 1, value: 12 });
});

test('a reward told before its exposure counts once the exposure is known', () => {
  expect(earnedBy(ledgerOf([reward('r1', 1)]))).toEqual(new Map());
  expect(earnedBy(ledgerOf([reward('r1', 1), exposure('d1', 'a', 0)])).get('a')?.won).toBe(1);
});

test('late, twice, in any order, and told differently the second time: the same is earned', () => {
  const at = fc.integer({ min: 0, max: 30 });
  const id = fc.constantFrom('1', '2', '3', '4');
  const fact = fc.oneof(
    fc.tuple(id, fc.constantFrom('a', 'b'), at).map(([i, offer, when]) => exposure(i, offer, when)),
    fc.tuple(id, at, fc.integer({ min: 1, max: 3 })).map(([i, when, value]) => reward(i, when, value)),
  );
  const shuffles = fc
    .array(fact, { maxLength: 12 })
    .chain((facts) =>
      fc.tuple(fc.constant(facts), fc.shuffledSubarray([...facts, ...facts], { minLength: 2 * facts.length })),
    );
  fc.assert(
    fc.property(shuffles, ([facts, again]) => {
      expect(earnedBy(ledgerOf(again))).toEqual(earnedBy(ledgerOf(facts)));
    }),
  );
});
