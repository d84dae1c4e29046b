import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  auc,
  brier,
  calibrationError,
  calibrationTable,
  liftTable,
  logLoss,
  type LabelledProbability,
  stability,
} from '#lib/statistics/learning/model-metrics.ts';

const outcomes = fc.array(
  fc.record({ p: fc.integer({ min: 0, max: 10 }).map((n) => n / 10), y: fc.constantFrom(0 as const, 1 as const) }),
  { minLength: 2, maxLength: 30 },
);

/** By the definition: the share of pairs told apart, ties half. */
function pairwise(all: LabelledProbability[]): number {
  const [ones, noughts] = [all.filter(({ y }) => y === 1), all.filter(({ y }) => y === 0)];
  const won = ones.flatMap((a) => noughts.map((b) => (a.p > b.p ? 1 : a.p === b.p ? 0.5 : 0)));
  return won.reduce<number>((sum, w) => sum + w, 0) / won.length;
}

test('AUC is the share of pairs told apart, a tie counting half', () => {
  fc.assert(
    fc.property(outcomes, (all) => {
      const expected = pairwise(all);
      if (Number.isNaN(expected)) expect(auc(all)).toBeNaN();
      else expect(auc(all)).toBeCloseTo(expected, 10);
    }),
  );
});

test('even odds cost a quarter and ln 2', () => {
  const even: LabelledProbability[] = [
    { p: 0.5, y: 0 },
    { p: 0.5, y: 1 },
  ];
  expect([brier(even), logLoss(even)]).toEqual([0.25, Math.log(2)]);
});

test('certainty that is wrong costs much, but not everything', () => {
  expect(logLoss([{ p: 1, y: 0 }])).toBeCloseTo(-Math.log(1e-6), 6);
});

test('forecasts that come as often as they say have no calibration error', () => {
  const fair: LabelledProbability[] = [0.25, 0.75].flatMap((p) =>
    [0, 1, 2, 3].map((i): LabelledProbability => ({ p, y: i < 4 * p ? 1 : 0 })),
  );
  expect(calibrationError(fair, 2)).toBe(0);
  expect(calibrationTable(fair, 2)).toEqual([
    { n: 4, forecast: 0.25, came: 0.25 },
    { n: 4, forecast: 0.75, came: 0.75 },
  ]);
});

test('a perfect ranking finds everybody in the first part', () => {
  const ranked = Array.from({ length: 10 }, (_, i): LabelledProbability => ({ p: i / 10, y: i === 9 ? 1 : 0 }));
  expect(liftTable(ranked)[0]).toEqual({ share: 0.1, found: 1, lift: 10 });
});

test('the same population is stable, another is not', () => {
  const then = Array.from({ length: 1_000 }, (_, i) => i / 1_000);
  expect(stability(then, then)).toBeCloseTo(0, 3);
  expect(
    stability(
      then,
      then.map((p) => p / 2),
    ),
  ).toBeGreaterThan(0.25);
});
