import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  linearModelsOfLog,
  type LoggedDecision,
  offerStatsOfLog,
} from '../../lib/decision/policies/logged-decision.ts';
import { comparePolicies } from '../../lib/decision/policies/compare-policies.ts';
import { learnSendTimes } from '../../lib/decision/timing/learn-send-times.ts';
import { WorkspaceSendTimeStats } from '../../lib/decision/timing/contact-advice.ts';
import { firstPolicy, PolicyJudgement, type Policy } from '../../lib/decision/policies/policy.ts';
import { rankOffers } from '../../lib/decision/policies/rank-offers.ts';

const offers = ['constructor', 'b', '__proto__x', 'd'];
/** What `contextOf` lets through: up to 1e9, six digits. */
const number = fc.oneof(
  fc.constantFrom(0, 1, -1, 1e9, -1e9, 999_999_000, 1e-9, 50_000_000),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => Number(value.toPrecision(6))),
);
const row = fc
  .record({
    stage: fc.constantFrom('none', 'constructor'),
    count: fc.integer({ min: 2, max: 4 }),
    place: fc.nat(3),
    propensity: fc.constantFrom(0.0125, 0.25, 0.5, 1),
    won: fc.boolean(),
    context: fc.array(number, { minLength: 3, maxLength: 3 }),
  })
  .map(({ count, place, ...one }): LoggedDecision => ({
    ...one,
    offers: offers.slice(0, count),
    offer: offers[place % count]!,
  }));
const log = fc.array(row, { maxLength: 60 });

const linear: Policy = { ...firstPolicy, kind: 'linear', context: 'c' };

test('whatever was shown, shares are chances that sum to 1 and none is below its part of the control', () => {
  fc.assert(
    fc.property(log, row, fc.constantFrom(firstPolicy, linear), (rows, asked, policy) => {
      const knowledge = { stats: offerStatsOfLog(rows), linear: linearModelsOfLog(rows, offers, 3), progress: 1 };
      const { shares, expected } = rankOffers(asked, policy, knowledge);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      for (const share of shares) expect(share).toBeGreaterThanOrEqual(0.05 / asked.offers.length - 1e-12);
      expect(expected.every(Number.isFinite)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('a judgement of any log can be kept and read again', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 100, maxLength: 140 }), (rows) => {
      const judged = comparePolicies(rows, {
        current: firstPolicy,
        candidate: linear,
        offers,
        features: 3,
        progress: 1,
      });
      const kept = { at: '2026-01-01T00:00:00.000Z', showings: rows.length, ...judged };
      expect(PolicyJudgement.parse(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
    }),
    { numRuns: 15 },
  );
});

test('habits of any histories can be kept and read again', () => {
  const time = fc.oneof(
    fc.constantFrom(0, NaN, 1e18, -1),
    fc.integer({ min: 0, max: 90 }).map((day) => Date.UTC(2026, 0, day)),
  );
  const act = fc.record({
    at: time,
    channel: fc.constantFrom('web', 'constructor', ''),
    hour: fc.integer({ min: 0, max: 23 }),
  });
  const history = fc.record({
    customer: fc.constantFrom('a', 'b', 'constructor'),
    acts: fc.array(act, { maxLength: 30 }),
    contacts: fc.array(time, { maxLength: 30 }),
  });
  fc.assert(
    fc.property(fc.array(history, { maxLength: 6 }), (histories) => {
      const habits = learnSendTimes(histories, '2026-06-01T00:00:00.000Z');
      expect(WorkspaceSendTimeStats.parse(JSON.parse(JSON.stringify(habits)))).toEqual(habits);
      expect(habits.decay.every((rate) => rate >= 0 && rate <= 1)).toBe(true);
    }),
    { numRuns: 60 },
  );
});
