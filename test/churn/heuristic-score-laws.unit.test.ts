import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Profile } from '../../lib/model/profile.ts';
import { scoreRisk, churnProbability } from '../../lib/churn/heuristic-score.ts';
import { addMs } from '../../lib/shared/time.ts';
import { anyCustomer, anyDays, anyHorizon, buyer, dayMs, silentFor } from './churn-customer.ts';

test('longer silence never lowers the risk, whatever the horizon', () => {
  fc.assert(
    fc.property(anyCustomer, fc.tuple(anyDays, anyDays), anyHorizon, (customer, [days, more], horizonDays) => {
      const terms = { horizonDays };
      const before = churnProbability(customer, silentFor(customer, days), terms);
      const later = churnProbability(customer, silentFor(customer, days + more), terms);
      expect(later).toBeGreaterThanOrEqual(before - 1e-12);
    }),
  );
});

test('a longer horizon never raises the risk', () => {
  fc.assert(
    fc.property(anyCustomer, anyDays, fc.tuple(anyHorizon, anyHorizon), (customer, days, horizons) => {
      const [near, far] = horizons.toSorted((a, b) => a - b);
      const risk = (horizonDays = 0) => churnProbability(customer, silentFor(customer, days), { horizonDays });
      expect(risk(far)).toBeLessThanOrEqual(risk(near) + 1e-12);
    }),
  );
});

test('who has just come for the first time stands at the base: P(gone) or nothing within the horizon, by the shipped prior', () => {
  fc.assert(
    fc.property(anyHorizon, (horizonDays) => {
      const customer = buyer({ n: 1, every: 0 });
      const risk = scoreRisk(customer, customer.lastSeen, { horizonDays });
      expect(risk).toMatchObject({ reasons: [], horizonDays });
      // Batislam et al. 2007, written out: one in ten has left, and of the others some do not buy, at a rate of Gamma(1, 20).
      expect(risk.probability).toBeCloseTo(0.1 + 0.9 * (20 / (20 + horizonDays)), 4);
    }),
  );
});

/** What a feature adds to the logit, after days of silence. */
const partOf = (feature: string, customer: Profile, days: number): number =>
  scoreRisk(customer, silentFor(customer, days)).reasons.find((reason) => reason.feature === feature)?.contribution ??
  0;

/** Two customers, of whom the first used to buy more often: in shorter intervals, or more often in the same time. */
const twoHabits = fc.oneof(
  fc
    .tuple(fc.integer({ min: 2, max: 50 }), fc.integer({ min: 1, max: 200 }), fc.integer({ min: 10, max: 50 }))
    .map(([n, every, tenths]) => [buyer({ n, every }), buyer({ n, every: (every * tenths) / 10 })] as const),
  fc.tuple(fc.integer({ min: 2, max: 25 }), fc.integer({ min: 0, max: 25 })).map(([n, more]) => {
    const within100Days = (times: number) => buyer({ n: times, every: 100 / (times - 1) });
    return [within100Days(n + more), within100Days(n)] as const;
  }),
);

test('who used to buy more often is at less risk just after a purchase, and the same silence tells more of that customer', () => {
  fc.assert(
    fc.property(twoHabits, anyDays, ([often, seldom], days) => {
      const fresh = (customer: Profile) => churnProbability(customer, customer.lastSeen);
      expect(fresh(often)).toBeLessThanOrEqual(fresh(seldom) + 1e-12);
      expect(partOf('rhythm', often, days)).toBeLessThanOrEqual(partOf('rhythm', seldom, days) + 1e-4);
      // Beyond that a risk is as good as certain, and logits of certainties are held.
      fc.pre(churnProbability(often, silentFor(often, days)) < 1 - 2e-6);
      expect(partOf('silence', often, days)).toBeGreaterThanOrEqual(partOf('silence', seldom, days) - 2e-4);
    }),
  );
});

test('silence is no consolation, and a rhythm does not change with it', () => {
  fc.assert(
    fc.property(anyCustomer, anyDays, (customer, days) => {
      const quiet = {
        ...customer,
        answers: {},
        counts: {},
        consent: {},
        lastSeen: customer.purchases.last ?? customer.lastSeen,
      };
      const told = (after: number) => (feature: string) => partOf(feature, quiet, after);
      for (const feature of ['silence', 'absence']) expect(told(days)(feature)).toBeGreaterThanOrEqual(0);
      expect(told(days)('rhythm')).toBe(told(0)('rhythm'));
    }),
  );
});

test('work and answer are the same however many touchpoints there were: all is in what the profile keeps', () => {
  fc.assert(
    fc.property(anyCustomer, anyDays, (customer, days) => {
      const page = { n: 100_000, first: customer.firstSeen, last: customer.lastSeen };
      const busy = { ...customer, counts: { ...customer.counts, 'Page Viewed': page } };
      expect(scoreRisk(busy, silentFor(customer, days))).toEqual(scoreRisk(customer, silentFor(customer, days)));
    }),
  );
});

test('scores lie in 0–100, and at most three reasons sum to what sets them apart from the base, in points and in logits', () => {
  fc.assert(
    fc.property(anyCustomer, anyDays, anyHorizon, (customer, days, horizonDays) => {
      const risk = scoreRisk(customer, silentFor(customer, days), { horizonDays });
      const { score, reasons, probability = NaN, base = NaN } = risk;
      const logit = reasons.reduce((sum, { contribution = NaN }) => sum + contribution, base);
      expect(1 / (1 + Math.exp(-logit))).toBeCloseTo(probability, 12);
      expect(Math.abs(100 * probability - score)).toBeLessThanOrEqual(0.05 + 1e-9);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(100);
      expect(reasons.length).toBeLessThanOrEqual(3);
      expect(probability).toBeCloseTo(churnProbability(customer, risk.assessedAt, { horizonDays }), 8);
      const baseScore = Math.round(1_000 / (1 + Math.exp(-base))) / 10;
      expect(reasons.reduce((sum, { points }) => sum + points, baseScore)).toBeCloseTo(score, 6);
    }),
  );
});

test('a buyer is expected within the horizon exactly where the probability of nothing is below a half', () => {
  fc.assert(
    fc.property(anyCustomer, anyDays, anyHorizon, (customer, days, horizonDays) => {
      fc.pre(customer.purchases.n > 0);
      const now = silentFor(customer, days);
      const { expectedNext } = scoreRisk(customer, now, { horizonDays });
      const p = churnProbability(customer, now, { horizonDays });
      fc.pre(Math.abs(p - 0.5) > 1e-6);
      expect(expectedNext !== undefined && expectedNext < addMs(now, horizonDays * dayMs)).toBe(p < 0.5);
    }),
  );
});
