import { describe, expect, test } from 'vitest';
import { seeded } from '#lib/shared/random.ts';
import { sampleRatioP, sequentialSampleRatioP } from '#lib/statistics/inference/sample-ratio.ts';
import { scanSampleRatios } from '#lib/report/experiment/scan-sample-ratio.ts';

const even = (...counts: number[]) => counts.map((n) => ({ n, weight: 1 }));

describe('one experiment', () => {
  test('the split of Fabijan et al. (2019): 821,588 against 815,482 is no coincidence', () => {
    expect(sampleRatioP(even(821_588, 815_482))).toBeCloseTo(1.8e-6, 7);
    expect(sequentialSampleRatioP(even(821_588, 815_482))).toBeLessThan(0.001);
  });

  test('is held against the weights it was planned with', () => {
    const arms = [
      { n: 9_030, weight: 90 },
      { n: 970, weight: 10 },
    ];
    expect(sampleRatioP(arms)).toBeGreaterThan(0.3);
    expect(sampleRatioP(even(9_030, 970))).toBeLessThan(1e-300);
  });

  test('customers in an arm that should have none are a mismatch; an empty experiment is none', () => {
    const closed = [
      { n: 50, weight: 1 },
      { n: 50, weight: 1 },
      { n: 1, weight: 0 },
    ];
    expect(sampleRatioP(closed)).toBe(0);
    expect(sequentialSampleRatioP(closed)).toBe(0);
    expect(sampleRatioP(even(0, 0))).toBe(1);
    expect(sequentialSampleRatioP(even(0, 0))).toBe(1);
  });

  test('looked at after every customer, the sequential test seldom cries wolf', () => {
    const random = seeded(4);
    const alarms = Array.from({ length: 300 }, () => {
      const arms = even(0, 0);
      for (let customer = 0; customer < 500; customer++) {
        arms[random() < 0.5 ? 0 : 1]!.n++;
        if (sequentialSampleRatioP(arms) < 0.05) return 1;
      }
      return 0;
    });
    expect(alarms.reduce<number>((sum, alarm) => sum + alarm, 0) / 300).toBeLessThan(0.05);
  });
});

/** An experiment a day; `broken` tells the days on which one arm lost a tenth of its customers. */
function days(count: number, broken: (day: number) => boolean) {
  const random = seeded(9);
  return Array.from({ length: count }, (_, at) => {
    const arms = even(0, 0, 0);
    for (let customer = 0; customer < 3_000; customer++) {
      const arm = Math.floor(random() * 3);
      if (!(broken(at) && arm === 0 && random() < 0.25)) arms[arm]!.n++;
    }
    return { id: `e${at}`, at, arms };
  });
}

describe('many experiments', () => {
  test('a time of broken splits is found, in whichever order they come', () => {
    const { windows, mismatched } = scanSampleRatios(days(200, (day) => day >= 60 && day < 90).reverse());
    expect(windows).toMatchObject([{ from: 60, to: 89, experiments: 30 }]);
    expect(mismatched.size).toBeGreaterThanOrEqual(28);
  });

  test('two times apart are two windows', () => {
    const { windows } = scanSampleRatios(days(200, (day) => (day >= 20 && day < 40) || (day >= 150 && day < 170)));
    expect(windows.map(({ from, to }) => [from, to]).sort((a, b) => a[0]! - b[0]!)).toEqual([
      [20, 39],
      [150, 169],
    ]);
  });

  test('without any, none is found', () => {
    expect(scanSampleRatios(days(200, () => false))).toEqual({ mismatched: new Set(), windows: [] });
    expect(scanSampleRatios([])).toEqual({ mismatched: new Set(), windows: [] });
  });

  test('splits broken now and then are called, and make no window', () => {
    const { windows, mismatched } = scanSampleRatios(days(200, (day) => day % 50 === 7));
    expect(windows).toEqual([]);
    expect(mismatched).toEqual(new Set(['e7', 'e57', 'e107', 'e157']));
  });
});
