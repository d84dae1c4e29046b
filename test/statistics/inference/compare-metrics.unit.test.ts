import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seeded } from '#lib/shared/random.ts';
import { compareMeans, compareRates, wilson } from '#lib/statistics/inference/compare-metrics.ts';
import { cuped, pairedMomentsOf } from '#lib/statistics/inference/cuped.ts';
import { durationOf, powerOfSize, rateAim, sizeFor } from '#lib/report/experiment/sample-size.ts';
import { mergeMoments, momentsOf, noMoments, rateOf, varianceOf } from '#lib/statistics/inference/moments.ts';

describe('a fixed comparison', () => {
  test('of rates: interval of Newcombe (1998, table II, method 10), z whose square is χ²', () => {
    const { interval, statistic } = compareRates({ control: rateOf(48, 80), variant: rateOf(56, 70) }, 0.05);
    expect(interval[0]).toBeCloseTo(0.0524, 4);
    expect(interval[1]).toBeCloseTo(0.3339, 4);
    expect(statistic ** 2).toBeCloseTo(7.023411, 6);
  });

  test('of means: t, p and interval of Welch, as SciPy has them', () => {
    const control = momentsOf([27.5, 21, 19, 23.6, 17, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19, 21.7, 21.4]);
    const variant = momentsOf([27.1, 22, 20.8, 23.4, 23.4, 23.5, 25.8, 22, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 24.4]);
    const { statistic, p, interval } = compareMeans({ control, variant }, 0.05);
    expect(statistic).toBeCloseTo(2.852955, 6);
    expect(p).toBeCloseTo(0.00807194, 8);
    expect(interval[0]).toBeCloseTo(0.798644, 6);
    expect(interval[1]).toBeCloseTo(4.868023, 6);
  });

  test('of what cannot be compared claims nothing', () => {
    const nobody = { control: noMoments, variant: rateOf(3, 10) };
    expect(compareMeans(nobody, 0.05)).toMatchObject({ p: 1, interval: [-Infinity, Infinity] });
    expect(compareRates(nobody, 0.05).p).toBe(1);
    expect(compareMeans({ control: momentsOf([2, 2]), variant: momentsOf([2, 2]) }, 0.05).p).toBe(1);
    expect(wilson(noMoments, 0.05)).toEqual([0, 1]);
  });
});

test('moments of parts merge to those of the whole', () => {
  const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { maxLength: 20 });
  fc.assert(
    fc.property(values, values, (a, b) => {
      const [whole, parts] = [momentsOf([...a, ...b]), mergeMoments(momentsOf(a), momentsOf(b))];
      expect(parts.mean).toBeCloseTo(whole.mean, 8);
      expect(varianceOf(parts)).toBeCloseTo(varianceOf(whole), 4);
    }),
  );
});

test('CUPED takes out what was known before: less variance, the same effect', () => {
  const random = seeded(2);
  const arm = (effect: number) =>
    pairedMomentsOf(
      Array.from({ length: 4_000 }, () => {
        const before = 10 * random();
        return [before + effect + random(), before] as const;
      }),
    );
  const [control, variant] = [arm(0), arm(0.5)];
  const adjusted = cuped(new Map(Object.entries({ control, variant })));
  const [a = noMoments, b = noMoments] = [adjusted.get('control'), adjusted.get('variant')];
  expect(varianceOf(a) / varianceOf(control.y)).toBeLessThan(0.02);
  expect(b.mean - a.mean).toBeCloseTo(0.5, 1);
  const blind = pairedMomentsOf([
    [1, 7],
    [2, 7],
  ]);
  expect(cuped(new Map([['control', blind]])).get('control')).toEqual(blind.y);
});

describe('size', () => {
  const aim = rateAim({ baseline: 0.1, effect: 0.01, alpha: 0.05 });
  const fixed = { shape: 'pocock', looks: 1 } as const;

  test('of a fixed test is the closed form', () => {
    expect(sizeFor(aim, fixed, 0.8)).toBe(Math.ceil((0.09 + 0.0979) * ((1.959964 + 0.841621) / 0.01) ** 2));
  });

  test.each([
    ['pocock', 5, 1.229],
    ['pocock', 10, 1.301],
    ['obrien-fleming', 5, 1.028],
    ['obrien-fleming', 10, 1.04],
  ] as const)(
    'grows by looking as in Jennison & Turnbull (2000), tables 2.2 and 2.4: %s, %d looks',
    (shape, looks, factor) => {
      expect(sizeFor(aim, { shape, looks }, 0.8) / sizeFor(aim, fixed, 0.8)).toBeCloseTo(factor, 3);
    },
  );

  test('gives the power it was made for, whichever way the effect points', () => {
    for (const looking of [fixed, { shape: 'obrien-fleming', looks: 4 }, 'always-valid'] as const) {
      expect(powerOfSize(aim, looking, sizeFor(aim, looking, 0.9))).toBeCloseTo(0.9, 3);
      const down = { ...aim, effect: -0.01 };
      expect(sizeFor(down, looking, 0.9)).toBe(sizeFor(aim, looking, 0.9));
    }
  });

  test('is reached in whole weeks', () => {
    expect(durationOf(30_000, 1_500)).toEqual({ days: 20, weeks: 3 });
  });
});
