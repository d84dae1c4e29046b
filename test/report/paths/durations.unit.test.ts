import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durations, durationSpread } from '#lib/report/paths/durations.ts';

function of(values: number[]) {
  const all = durations();
  values.forEach((ms) => all.add(ms));
  return all;
}

test('a few values have exact quantiles', () => {
  expect(durationSpread(of([40, 10, 30, 20]))).toEqual({ count: 4, medianMs: 25, p90Ms: 37 });
});

test('values that come after a quantile was asked count as well', () => {
  const all = of([10, 30]);
  expect(all.quantile(0.5)).toBe(20);
  all.add(0);
  expect(all.quantile(0.5)).toBe(10);
});

test('no value has no quantile', () => expect(durationSpread(of([]))).toBeUndefined());

test('of many values a quantile is within half a percent of the value of its rank', () =>
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1, max: 1e11, noNaN: true }), { minLength: 11, maxLength: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (drawn, q) => {
        const values = Array.from({ length: 500 }, () => drawn).flat();
        const exact = values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))]!;
        expect(Math.abs(of(values).quantile(q)! - exact)).toBeLessThanOrEqual(0.005 * exact * (1 + 1e-9));
      },
    ),
    { numRuns: 50 },
  ));

test('times of nothing stay nothing among many', () => {
  expect(of(Array<number>(6_000).fill(0)).quantile(0.5)).toBe(0);
});
