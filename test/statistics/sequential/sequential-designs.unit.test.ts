import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alwaysValidP, confidenceSequence, mixingFor } from '#lib/statistics/sequential/always-valid.ts';
import {
  computeBoundaries,
  boundsAt,
  everStopping,
  computeSpentBoundaries,
} from '#lib/statistics/sequential/boundaries.ts';

const near = (ours: number[], theirs: number[], digits: number) => {
  expect(ours).toHaveLength(theirs.length);
  ours.forEach((value, i) => expect(value).toBeCloseTo(theirs[i]!, digits));
};

describe('planned looks', () => {
  test('bounds of five looks are those of Jennison & Turnbull (2000), tables 2.1 and 2.3', () => {
    near(computeBoundaries({ shape: 'pocock', looks: 5, alpha: 0.05 }), [2.413, 2.413, 2.413, 2.413, 2.413], 3);
    near(computeBoundaries({ shape: 'obrien-fleming', looks: 5, alpha: 0.05 }), [4.562, 3.226, 2.634, 2.281, 2.04], 3);
  });

  test('one look is the fixed test', () => {
    near(computeBoundaries({ shape: 'pocock', looks: 1, alpha: 0.05 }), [1.959964], 6);
  });

  test('a look off its plan is paid for by spending: bounds as published for the likeness of O’Brien & Fleming', () => {
    near(
      computeSpentBoundaries({ shape: 'obrien-fleming', alpha: 0.05 }, [0.2, 0.4, 0.6, 0.8, 1]),
      [4.877, 3.357, 2.68, 2.29, 2.031],
      3,
    );
    near(
      computeSpentBoundaries({ shape: 'pocock', alpha: 0.05 }, [0.2, 0.4, 0.6, 0.8, 1]),
      [2.438, 2.427, 2.41, 2.397, 2.386],
      3,
    );
    const design = { shape: 'obrien-fleming', looks: 2, alpha: 0.05 } as const;
    expect(boundsAt(design, [0.5])).toEqual(computeBoundaries(design).slice(0, 1));
    expect(boundsAt(design, [0.3])).toEqual(computeSpentBoundaries(design, [0.3]));
  });

  test('however looks lie, the error is spent to the last', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(gaps, fc.constantFrom('pocock', 'obrien-fleming'), (widths, shape) => {
        const total = widths.reduce((sum, width) => sum + width, 0);
        let sum = 0;
        const fractions = widths.map((width) => (sum += width) / total);
        const bounds = computeSpentBoundaries({ shape, alpha: 0.05 }, fractions);
        expect(everStopping(fractions.map((at, i) => ({ at, bound: bounds[i]! })))).toBeCloseTo(0.05, 6);
      }),
      { numRuns: 20 },
    );
  });

  test('a look that brings nothing new, or next to nothing, stops nothing and spends nothing', () => {
    const bounds = (...fractions: number[]) => computeSpentBoundaries({ shape: 'pocock', alpha: 0.05 }, fractions);
    expect(bounds(0.5, 0.5)[1]).toBe(Infinity);
    const [half, whole] = bounds(0.5, 1);
    expect(bounds(0.5, 0.5 + 1e-9, 1)).toEqual([half, Infinity, whole]);
    expect(bounds(0.5, 1 - 1e-9, 1)[2]).toBeLessThan(Infinity);
  });
});

describe('looking at any time', () => {
  const evidence = { difference: 0.01, variance: 1.8e-5, mixing: 1e-4, alpha: 0.05 };

  test('p and interval worked by hand', () => {
    expect(alwaysValidP(evidence)).toBeCloseTo(0.243195, 6);
    near(confidenceSequence(evidence), [-0.0029305, 0.0229305], 7);
  });

  test('the interval leaves out nought exactly when p is below the level', () => {
    const difference = fc.double({ min: 0.001, max: 0.1, noNaN: true });
    fc.assert(
      fc.property(difference, fc.double({ min: 1e-6, max: 1e-3, noNaN: true }), (d, variance) => {
        const one = { ...evidence, difference: d, variance };
        fc.pre(Math.abs(alwaysValidP(one) - one.alpha) > 1e-9);
        expect(confidenceSequence(one)[0] > 0).toBe(alwaysValidP(one) < one.alpha);
      }),
    );
  });

  test('the mixing variance for a size makes the interval narrowest there', () => {
    const best = mixingFor({ variance: 1e-5, alpha: 0.05 });
    const width = (mixing: number) => confidenceSequence({ ...evidence, variance: 1e-5, mixing })[1];
    expect(width(best)).toBeLessThan(width(best * 1.2));
    expect(width(best)).toBeLessThan(width(best / 1.2));
  });

  test('without variance nothing is known', () => {
    expect(alwaysValidP({ ...evidence, variance: 0 })).toBe(1);
    expect(confidenceSequence({ ...evidence, variance: Infinity })).toEqual([-Infinity, Infinity]);
  });
});
