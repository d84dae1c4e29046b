import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { medianOf, survivalAt, survivalCurve } from '#lib/statistics/survival/survival-curve.ts';
import { type Life, lifeTables } from '#lib/statistics/survival/life-table.ts';
import { logRank } from '#lib/statistics/survival/log-rank.ts';

/** `6+` was still there when last seen. */
const lives = (group: string, times: string): Life[] =>
  times.split(' ').map((time) => ({ group, time: Number.parseInt(time), ended: !time.endsWith('+') }));

/** Weeks of remission under 6-MP and placebo: Freireich et al. (1963), the set of every textbook. */
const treated = lives('6-MP', '6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+');
const placebo = lives('placebo', '1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23');

const curveOf = (all: Life[]) => survivalCurve([...lifeTables(all).values()][0] ?? []);

describe('survival curve', () => {
  test('of 6-MP is that of Kleinbaum & Klein (2012, ch. 2), with Greenwood’s error', () => {
    const curve = curveOf(treated);
    for (const [week, share] of [
      [5, 1],
      [6, 0.8571],
      [7, 0.8067],
      [10, 0.7529],
      [13, 0.6902],
      [16, 0.6275],
      [22, 0.5378],
      [23, 0.4482],
    ] as const) {
      expect(survivalAt(curve, week)).toBeCloseTo(share, 4);
    }
    expect(curve[0]?.error).toBeCloseTo(0.0764, 4);
    expect(medianOf(curve)).toBe(23);
  });

  test('falls, and its interval stays inside 0–1 around it', () => {
    const life = fc.record({ time: fc.nat(12), ended: fc.boolean() });
    fc.assert(
      fc.property(fc.array(life, { maxLength: 40 }), (all) => {
        let before = 1;
        for (const {
          survival,
          interval: [low, high],
        } of curveOf(all)) {
          expect(survival).toBeLessThanOrEqual(before);
          expect(low >= 0 && low <= survival && survival <= high && high <= 1).toBe(true);
          before = survival;
        }
      }),
    );
  });

  test('has no median while more than half stay, and nothing to say without lives', () => {
    expect(medianOf(curveOf(lives('', '1 2+ 3+ 4+')))).toBeUndefined();
    expect(survivalAt(curveOf([]), 9)).toBe(1);
  });
});

describe('log-rank test', () => {
  test('of 6-MP against placebo: χ² 16.79, 19.25 and 10.75 expected', () => {
    const { chi2, degrees, groups } = logRank(lifeTables([...treated, ...placebo]));
    expect(chi2).toBeCloseTo(16.793, 3);
    expect(degrees).toBe(1);
    expect(groups.map(({ observed, expected }) => [observed, Number(expected.toFixed(2))])).toEqual([
      [9, 19.25],
      [21, 10.75],
    ]);
  });

  test('does not depend on the order of the groups', () => {
    const third = lives('third', '2 9 9+ 14 20+ 30');
    const { chi2 } = logRank(lifeTables([...treated, ...placebo, ...third]));
    expect(logRank(lifeTables([...third, ...placebo, ...treated])).chi2).toBeCloseTo(chi2, 8);
  });

  test('finds nothing in one group, nor in one that left before anyone ended', () => {
    expect(logRank(lifeTables(treated))).toMatchObject({ chi2: 0, degrees: 0, p: 1 });
    expect(logRank(lifeTables([...treated, ...lives('gone', '1+ 2+')]))).toMatchObject({ degrees: 0, p: 1 });
    expect(logRank(new Map())).toMatchObject({ chi2: 0, p: 1 });
  });
});
