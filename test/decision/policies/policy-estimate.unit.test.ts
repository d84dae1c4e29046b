import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  difference,
  doublyRobust,
  ipw,
  type ModelledReward,
  replaces,
  snipw,
  weightsOf,
} from '#lib/decision/policies/policy-estimate.ts';
import { rewardModel } from '#lib/decision/beliefs/reward-model.ts';
import { seeded } from '#lib/shared/random.ts';

const truth = [0.1, 0.3];

/** A log of two offers, drawn evenly, judged by a policy that shows the second with that chance. */
function logged(second: number, { rows = 4000, expected = [0, 0], propensity = 0.5 } = {}): ModelledReward[] {
  const random = seeded(1);
  return Array.from({ length: rows }, () => {
    const offer = Number(random() < 0.5);
    const reward = Number(random() < (truth[offer] ?? 0));
    const target = offer === 1 ? second : 1 - second;
    const expectedOfTarget = (1 - second) * expected[0]! + second * expected[1]!;
    return { reward, propensity, target, expected: expected[offer]!, expectedOfTarget };
  });
}

test('a worked example: two of four rows chosen by the judged policy', () => {
  const log = [1, 0, 1, 0].map((reward, i) => ({ reward, propensity: 0.5, target: i < 3 ? 1 : 0 }));
  expect(ipw(log).value).toBe(1);
  expect(snipw(log).value).toBeCloseTo(2 / 3, 12);
  expect(weightsOf(log)).toEqual({ mean: 1.5, effective: 3, alarm: true });
});

describe('every estimator', () => {
  const worth = 0.1 * 0.2 + 0.3 * 0.8;

  test('finds the worth of a policy that never ran, inside its interval', () => {
    const log = logged(0.8, { expected: [0.15, 0.2] });
    for (const { value, low, high } of [ipw(log), snipw(log), doublyRobust(log)]) {
      expect(Math.abs(value - worth)).toBeLessThan(0.03);
      expect(low).toBeLessThan(worth);
      expect(high).toBeGreaterThan(worth);
    }
  });

  test('is narrower with a good reward model', () => {
    expect(doublyRobust(logged(0.8, { expected: truth })).error).toBeLessThan(ipw(logged(0.8)).error);
  });
});

test('judging the policy that made the log gives the mean reward, whatever the rewards', () => {
  const row = fc.record({
    reward: fc.double({ min: 0, max: 9, noNaN: true }),
    propensity: fc.double({ min: 0.01, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1 }), (rows) => {
      const log = rows.map((one) => ({ ...one, target: one.propensity }));
      const mean = rows.reduce((sum, { reward }) => sum + reward, 0) / rows.length;
      expect(ipw(log).value).toBeCloseTo(mean, 9);
      expect(snipw(log).value).toBeCloseTo(mean, 9);
      expect(weightsOf(log).effective).toBeCloseTo(rows.length, 6);
    }),
  );
});

test('the alarm rings when propensities are not those the log was drawn with, and for an empty log', () => {
  expect(weightsOf(logged(0.8)).alarm).toBe(false);
  expect(weightsOf(logged(0.8, { propensity: 0.4 })).alarm).toBe(true);
  expect(weightsOf([]).alarm).toBe(true);
});

describe('a new policy replaces the old', () => {
  test('when it is better beyond doubt', () => {
    expect(replaces(logged(0.9), logged(0.5))).toBe(true);
    expect(difference(logged(0.9), logged(0.5)).value).toBeCloseTo(0.08, 1);
  });

  test('not when it is no better, when there is too little to tell, or when the alarm rings', () => {
    expect(replaces(logged(0.5), logged(0.5))).toBe(false);
    expect(replaces(logged(0.6, { rows: 30 }), logged(0.5, { rows: 30 }))).toBe(false);
    expect(replaces(logged(0.9, { propensity: 0.4 }), logged(0.5, { propensity: 0.4 }))).toBe(false);
    expect(replaces([], [])).toBe(false);
  });
});

test('a reward model shrinks what was rarely chosen to the mean of all', () => {
  const log = [...Array.from({ length: 100 }, () => ({ chosen: 'often', reward: 1 })), { chosen: 'once', reward: 0 }];
  const model = rewardModel(log, 10);
  expect(model('often')).toBeGreaterThan(0.99);
  expect(model('once')).toBeCloseTo((10 * 100) / 101 / 11, 12);
  expect(model('never')).toBeCloseTo(100 / 101, 12);
});
