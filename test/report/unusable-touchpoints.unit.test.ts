import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chainOf } from '../../lib/report/attribution/markov-chain.ts';
import { markovOf } from '../../lib/report/attribution/markov-attribution.ts';
import { creditByRule, decay, creditRules, timeDecay } from '../../lib/report/attribution/credit-rules.ts';
import { type Credits } from '../../lib/report/attribution/conversion-path.ts';
import { findConversionPaths } from '../../lib/report/attribution/find-conversion-paths.ts';
import { countRetention } from '../../lib/report/cohort/retention-cohorts.ts';
import { measureConformance } from '../../lib/report/conformance/measure-conformance.ts';
import { compareOutcomes } from '../../lib/report/comparison/compare-outcomes.ts';
import { countFunnel } from '../../lib/report/funnel/count-funnel.ts';
import { type CustomerPath, tallyPaths } from '../../lib/report/paths/customer-path.ts';
import { medianOf, survivalCurve } from '../../lib/statistics/survival/survival-curve.ts';
import { lifeTables } from '../../lib/statistics/survival/life-table.ts';
import { logRank } from '../../lib/statistics/survival/log-rank.ts';
import { type Plan } from '../../lib/map/planned-map.ts';

const begin = Date.UTC(2026, 0);
const dayMs = 86_400_000;

/** Few names, so that they meet; some are those of every object. */
const name = fc.constantFrom('a', 'b', 'c', 'constructor', '__proto__', '');

/** Mostly times of a few weeks, many of them equal; some are none. */
const at = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }).map((days) => begin + days * dayMs) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 1e300, -1e18, 8.64e15, begin + 0.5) },
);

const steps = fc.array(fc.record({ name, at }), { maxLength: 12 });
const paths = fc
  .array(steps, { maxLength: 12 })
  .map((all): CustomerPath[] => all.map((own, i) => ({ customer: `c${i}`, steps: own })));

/** The same paths whose steps are handed over backwards, those of one time among them. */
const backwards = (all: CustomerPath[]): CustomerPath[] =>
  all.map((path) => ({ ...path, steps: path.steps.toReversed() }));

const isShare = (share: number): boolean => share >= 0 && share <= 1 + 1e-9;
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, n) => total + n, 0);

describe('touchpoints of any time and name, in any order', () => {
  test('a funnel only narrows, and the order they are told in does not matter', () => {
    fc.assert(
      fc.property(
        paths,
        fc.array(name, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(0, dayMs, Infinity),
        (all, names, windowMs) => {
          const told = tallyPaths(all, countFunnel({ steps: names, windowMs }));
          expect(tallyPaths(backwards(all), countFunnel({ steps: names, windowMs }))).toEqual(told);
          told.forEach(({ customers, ofFirst, ofPrevious }, i) => {
            expect(customers).toBeLessThanOrEqual(told[i - 1]?.customers ?? all.length);
            expect([isShare(ofFirst), isShare(ofPrevious)]).toEqual([true, true]);
          });
        },
      ),
    );
  });

  test('cohorts hold every customer who joined once, and none is more active than there are customers', () => {
    fc.assert(
      fc.property(
        paths,
        fc.constantFrom('week' as const, 'month' as const),
        fc.option(name, { nil: undefined }),
        (all, unit, joins) => {
          const plan = { unit, until: begin + 60 * dayMs, ...(joins !== undefined && { joins }) };
          const cohorts = tallyPaths(all, countRetention(plan));
          expect(tallyPaths(backwards(all), countRetention(plan))).toEqual(cohorts);
          const placed = all.filter((path) =>
            path.steps.some((step) => Math.abs(step.at) < 1e15 && (joins ?? step.name) === step.name),
          );
          expect(sum(cohorts.map(({ customers }) => customers))).toBe(placed.length);
          for (const { customers, active, retention } of cohorts) {
            expect(active[0]).toBe(customers);
            expect(retention.every(isShare)).toBe(true);
          }
        },
      ),
    );
  });

  test('a contrast has chances for chances, and a pattern no more customers than there are', () => {
    fc.assert(
      fc.property(paths, fc.constantFrom(0, 1, 5), (all, minCustomers) => {
        const fateOf = ({ customer }: CustomerPath) =>
          Number(customer.slice(1)) % 3 === 0 ? ('churned' as const) : ('retained' as const);
        const { customers, patterns } = tallyPaths(all, compareOutcomes({ fateOf, minCustomers }));
        expect(customers.churned + customers.retained).toBe(all.length);
        for (const { churned, retained, oddsRatio, p, q } of patterns) {
          expect([churned.share, retained.share, p, q].every(isShare)).toBe(true);
          expect([
            churned.customers <= customers.churned,
            retained.customers <= customers.retained,
            q >= p - 1e-12,
          ]).toEqual([true, true, true]);
          expect([oddsRatio > 0, Number.isFinite(oddsRatio)]).toEqual([true, true]);
        }
      }),
    );
  });
});

const sumsOf = (credits: Credits): number[] => [
  sum([...credits.values()].map(({ conversions }) => conversions)),
  sum([...credits.values()].map(({ value }) => value)),
];

describe('attribution', () => {
  const halfLives = fc.constantFrom(0, NaN, Infinity, -1, 1, dayMs, 5e-324);

  test('every model deals out all conversions and all they are worth, whatever the times', () => {
    fc.assert(
      fc.property(paths, halfLives, fc.constantFrom(0, 3 * dayMs, Infinity, NaN), (all, halfLife, lookbackMs) => {
        const ways = [...findConversionPaths(all, { conversion: 'a', lookbackMs, worthOf: () => 7 })];
        const conversions = sum(ways.map((way) => way.conversions));
        const dealt = [...Object.values(creditRules), decay(halfLife)].map((rule) => creditByRule(ways, rule));
        const { credits, removalEffects } = markovOf(chainOf(ways));
        for (const one of [...dealt, timeDecay(ways, halfLife), credits]) {
          const [dealtOut = NaN, value = NaN] = sumsOf(one);
          expect(dealtOut).toBeCloseTo(conversions, 6);
          expect(value).toBeCloseTo(7 * conversions, 6);
        }
        expect([...removalEffects.values()].every(isShare)).toBe(true);
      }),
    );
  });

  test('counts that are none are passed over', () => {
    const odd = fc.constantFrom(NaN, Infinity, -1, 0, 1, 3);
    const way = fc.record({
      touches: fc.array(name, { minLength: 1, maxLength: 3 }),
      conversions: odd,
      nulls: odd,
      value: odd,
    });
    fc.assert(
      fc.property(fc.array(way, { maxLength: 9 }), (ways) => {
        const counted = ways.filter(({ conversions, nulls }) =>
          [conversions, nulls].every((n) => n >= 0 && n < Infinity),
        );
        const conversions = sum(counted.map((one) => one.conversions));
        for (const credits of [creditByRule(ways, creditRules.linear), markovOf(chainOf(ways)).credits])
          expect(sumsOf(credits)[0]).toBeCloseTo(conversions, 9);
      }),
    );
  });
});

test('survival falls from 1 and never rises, and groups share out the ends that were seen', () => {
  const time = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(NaN, Infinity, -Infinity, -3, 1e300, 0.5));
  const lives = fc.array(fc.record({ time, ended: fc.boolean(), group: name }), { maxLength: 40 });
  fc.assert(
    fc.property(lives, (all) => {
      const tables = lifeTables(all);
      for (const rows of tables.values()) {
        const curve = survivalCurve(rows);
        curve.forEach(({ survival, interval: [low, high] }, i) => {
          expect(survival).toBeLessThanOrEqual(curve[i - 1]?.survival ?? 1);
          expect([low, survival, high].every(isShare)).toBe(true);
          expect([low <= survival + 1e-9, survival <= high + 1e-9]).toEqual([true, true]);
        });
        expect(medianOf(curve) ?? 0).toBeGreaterThanOrEqual(0);
      }
      const { chi2, p, groups } = logRank(tables);
      expect([chi2 >= -1e-9, isShare(p)]).toEqual([true, true]);
      const ends = all.filter(({ time: length, ended }) => ended && Number.isFinite(length)).length;
      expect(sum(groups.map(({ observed }) => observed))).toBe(ends);
      expect(sum(groups.map(({ expected }) => expected))).toBeCloseTo(ends, 6);
    }),
  );
});

const { plan } = fc.letrec<{ plan: Plan }>((tie) => {
  const parts = fc.array(tie('plan'), { minLength: 1, maxLength: 3 });
  return {
    plan: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.record({ touchpoint: name.filter((one) => one !== '') }),
      fc.record({ sequence: parts }),
      fc.record({ choice: parts }),
      fc.record({ parallel: parts }),
      fc.record({ optional: tie('plan') }),
      fc.record({ loop: tie('plan'), again: tie('plan') }, { requiredKeys: ['loop'] }),
    ),
  };
});

describe('conformance', () => {
  test('of any paths with any plan lies between nothing in common and as planned', () => {
    fc.assert(
      fc.property(paths, plan, (all, planned) => {
        const {
          paths: counted,
          averageFitness,
          logFitness,
          fitting,
          unresolved,
          frequent,
        } = tallyPaths(all, measureConformance(planned));
        expect(counted).toBe(all.length);
        expect([averageFitness, logFitness, fitting, unresolved.averageFitnessAtLeast].every(isShare)).toBe(true);
        for (const { exact, cost, moves } of frequent)
          expect(exact && moves.filter(({ kind }) => kind !== 'planned').length !== cost).toBe(false);
      }),
    );
  });

  test('of a path without end is given up, and says so', () => {
    const long = {
      customer: 'bot',
      steps: Array.from({ length: 5_000 }, (_, i) => ({ name: `${i % 7}`, at: begin + i })),
    };
    const wide: Plan = {
      parallel: Array.from({ length: 10 }, (_, i) => ({
        sequence: [{ touchpoint: `${i}` }, { touchpoint: `${i + 1}` }],
      })),
    };
    const { unresolved, averageFitness } = tallyPaths([long], measureConformance(wide, { limit: 2_000 }));
    expect(unresolved.paths).toBe(1);
    expect(isShare(averageFitness)).toBe(true);
  });
});
