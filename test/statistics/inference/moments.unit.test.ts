import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inverse } from '#lib/statistics/numerics/matrix-inverse.ts';
import { benjaminiHochberg } from '#lib/statistics/inference/multiple-testing.ts';
import { findRoot } from '#lib/statistics/numerics/root-finding.ts';

test('the fifteen p values of Benjamini & Hochberg (1995, §3.2): four discoveries at 5 %', () => {
  const published = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ];
  expect(benjaminiHochberg(published).filter((p) => p <= 0.05)).toHaveLength(4);
  expect(benjaminiHochberg([0.04, 0.01, 0.03])).toEqual([0.04, 0.03, 0.04]);
});

test('a matrix times its inverse is the identity', () => {
  const entry = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.array(entry, { minLength: 4, maxLength: 4 }), { minLength: 4, maxLength: 4 }), (noise) => {
      const matrix = noise.map((row, i) => row.map((x, j) => x + (i === (j + 1) % 4 ? 5 : 0))); // pivots off the diagonal
      const inverted = inverse(matrix);
      matrix.forEach((row, i) =>
        row.forEach((_, j) => {
          const product = row.reduce((sum, x, k) => sum + x * (inverted[k]?.[j] ?? 0), 0);
          expect(product).toBeCloseTo(i === j ? 1 : 0, 10);
        }),
      );
    }),
  );
});

test('a matrix without an inverse says so', () => {
  expect(() =>
    inverse([
      [1, 1],
      [1, 1],
    ]),
  ).toThrow('report.singular-system');
});

test('a root is found in its bracket, and the nearer end given where there is none', () => {
  expect(findRoot((x) => x ** 3 - 2, [0, 9])).toBeCloseTo(2 ** (1 / 3), 10);
  expect(findRoot((x) => x + 1, [0, 9])).toBe(0);
});
