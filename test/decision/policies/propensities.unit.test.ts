import fc from 'fast-check';
import { expect, test } from 'vitest';
import { probabilitiesHighest } from '#lib/decision/beliefs/probability-best.ts';
import { propensities, temperatureAt } from '#lib/decision/policies/propensities.ts';

const chances = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 })
  .filter((all) => all.some((chance) => chance > 1e-6));

test('propensities sum to 1, keep the order of the chances, and none is below control or floor', () => {
  const mixing = fc.record({
    sharpening: fc.constantFrom(0.5, 1, 4, 16),
    control: fc.constantFrom(0, 0.05, 0.1),
    floor: fc.constantFrom(0, 0.01),
  });
  fc.assert(
    fc.property(chances, mixing, (all, mix) => {
      const shares = propensities(all, mix);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      const least = Math.max(mix.control / all.length, mix.floor);
      for (const [i, share] of shares.entries()) {
        expect(share).toBeGreaterThanOrEqual(least - 1e-12);
        for (const [j, other] of shares.entries()) if (all[i]! > all[j]!) expect(share).toBeGreaterThanOrEqual(other);
      }
    }),
  );
});

test('sharpened by 1 without control the policy is that of Thompson, by 2 it takes the likelier more often', () => {
  expect(propensities([0.2, 0.8], { sharpening: 1, control: 0 })[1]).toBeCloseTo(0.8, 12);
  expect(propensities([0.2, 0.8], { sharpening: 2, control: 0 })[1]).toBeCloseTo(0.64 / 0.68, 12);
  expect(propensities([0.2, 0.8], { sharpening: 2, control: 1 })).toEqual([0.5, 0.5]);
});

test('an offer without a chance is drawn by the control alone, and never without it', () => {
  expect(propensities([1, 0, 0], { sharpening: 4, control: 0 })).toEqual([1, 0, 0]);
  expect(propensities([1, 0, 0], { sharpening: 4, control: 0.06 })[2]).toBeCloseTo(0.02, 12);
});

test('the power grows while the plan runs out, and stays where it ended', () => {
  expect([-1, 0, 0.5, 1, 2].map((progress) => temperatureAt({ from: 1, to: 9 }, progress))).toEqual([1, 1, 5, 9, 9]);
});

test('of two normal beliefs the chance of being higher is that of the closed form', () => {
  // P(X > Y) for means 1 and 0, deviations 3 and 4: Φ(1/5).
  const [higher] = probabilitiesHighest([
    { mean: 1, deviation: 3 },
    { mean: 0, deviation: 4 },
  ]);
  expect(higher).toBeCloseTo(0.5793, 3);
  expect(
    probabilitiesHighest([
      { mean: 2, deviation: 0 },
      { mean: 1, deviation: 0 },
    ])[0],
  ).toBeCloseTo(1, 9);
});
