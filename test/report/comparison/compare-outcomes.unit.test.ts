import { describe, expect, test } from 'vitest';
import { seeded } from '#lib/shared/random.ts';
import { compareOutcomes, type PathOutcome } from '#lib/report/comparison/compare-outcomes.ts';
import { tallyPaths } from '#lib/report/paths/customer-path.ts';
import { fisherP, twoByTwoP } from '#lib/statistics/inference/two-by-two-table.ts';

const path = (customer: PathOutcome | 'unknown', ...names: string[]) => ({
  customer,
  steps: names.map((name, at) => ({ name, at })),
});

const fates = new Map<string, PathOutcome>([
  ['churned', 'churned'],
  ['retained', 'retained'],
]);

const report = (paths: ReturnType<typeof path>[]) =>
  tallyPaths(paths, compareOutcomes({ fateOf: ({ customer }) => fates.get(customer) }));

const repeat = <T>(times: number, one: () => T): T[] => Array.from({ length: times }, one);

test('what goes with churning is found, touchpoints and those that follow each other', () => {
  const { customers, patterns } = report([
    ...repeat(60, () => path('churned', 'Visit', 'Delivery Late', 'Case Opened')),
    ...repeat(40, () => path('churned', 'Visit')),
    ...repeat(5, () => path('retained', 'Visit', 'Case Opened')),
    ...repeat(95, () => path('retained', 'Visit')),
    path('unknown', 'Visit'),
  ]);
  expect(customers).toEqual({ churned: 100, retained: 100 });
  const found = patterns.filter(({ q }) => q <= 0.05).map(({ pattern }) => pattern.join(' → '));
  // Five who stayed opened a case after a visit: too few to tell.
  expect(found.sort()).toEqual([
    'Case Opened',
    'Delivery Late',
    'Delivery Late → Case Opened',
    'Visit → Delivery Late',
  ]);
  const late = patterns.find(({ pattern }) => pattern.join() === 'Delivery Late');
  expect(late).toMatchObject({ churned: { customers: 60, share: 0.6 }, retained: { customers: 0, share: 0 } });
  expect(late?.oddsRatio).toBeCloseTo((60.5 * 100.5) / (40.5 * 0.5), 8);
});

test('among hundreds of touchpoints that mean nothing, hardly any is called', () => {
  const random = seeded(6);
  const names = Array.from({ length: 300 }, (_, i) => `Page ${i}`);
  const paths = Array.from({ length: 1_000 }, (_, i) =>
    path(i % 2 ? 'churned' : 'retained', ...names.filter(() => random() < 0.05)),
  );
  const { patterns } = report(paths);
  expect(patterns.filter(({ p }) => p <= 0.05).length).toBeGreaterThan(10); // what an uncorrected report would call
  expect(patterns.filter(({ q }) => q <= 0.05)).toEqual([]);
});

test('rare patterns, one group and no customers say nothing', () => {
  expect(report([path('churned', 'a'), path('retained', 'b')]).patterns).toEqual([]);
  expect(report(repeat(9, () => path('churned', 'a'))).patterns).toMatchObject([{ p: 1, q: 1 }]);
  expect(report([])).toEqual({ customers: { churned: 0, retained: 0 }, patterns: [] });
});

describe('fourfold table', () => {
  test('Fisher’s lady tasting tea: 3 of 4 right', () => {
    expect(fisherP({ a: { hits: 3, n: 4 }, b: { hits: 1, n: 4 } })).toBeCloseTo(34 / 70, 12);
  });

  test('is exact where few are expected, and Pearson’s χ² elsewhere', () => {
    const few = { a: { hits: 5, n: 100 }, b: { hits: 0, n: 100 } };
    expect(twoByTwoP(few)).toBe(fisherP(few));
    expect(twoByTwoP({ a: { hits: 56, n: 70 }, b: { hits: 48, n: 80 } })).toBeCloseTo(0.008045081, 8);
  });
});
