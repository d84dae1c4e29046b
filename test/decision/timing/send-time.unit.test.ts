import { describe, expect, test } from 'vitest';
import {
  type Engagement,
  bestHour,
  sendTimeStatsOf,
  hoursOf,
  noHours,
  shrunk,
} from '#lib/decision/timing/send-time.ts';
import { chosenStrengths, heldOut } from '#lib/decision/timing/send-time-strength.ts';
import { binomial, seeded } from '#lib/shared/random.ts';

/** Thirty customers who act again and again at an hour drawn around `middle(customer)`. */
function acts(middle: (customer: number) => number): Engagement[] {
  const random = seeded(3);
  return Array.from({ length: 3000 }, (_, i) => {
    const hour = (middle(i % 30) + binomial(random, { n: 8, chance: 0.5 }) + 20) % 24;
    return { customer: `c${i % 30}`, segment: i % 30 < 15 ? 'early' : 'late', hour };
  });
}

describe('own hours are used', () => {
  test('where customers have habits of their own, which then hold', () => {
    const all = acts((customer) => (customer * 7) % 24);
    const strengths = chosenStrengths(all);
    expect(strengths.customer).toBeLessThan(Infinity);
    const { ours, global } = heldOut(sendTimeStatsOf(all.slice(0, 2000)), all.slice(2000), strengths);
    expect(ours).toBeLessThan(global - 0.2);
  });

  test('not where everybody acts at the same hours', () => {
    expect(chosenStrengths(acts(() => 12))).toEqual({ segment: Infinity, customer: Infinity });
    expect(chosenStrengths([])).toEqual({ segment: Infinity, customer: Infinity });
  });

  test('those of the segment where they tell more than those of all', () => {
    const all = acts((customer) => (customer < 15 ? 8 : 18));
    const strengths = chosenStrengths(all);
    expect(strengths.segment).toBeLessThan(Infinity);
    expect(bestHour(hoursOf(sendTimeStatsOf(all), { customer: 'new', segment: 'late' }, strengths))).toBe(18);
  });
});

test('hours are probabilities, and run round midnight', () => {
  const hours = noHours().map((_, hour) => (hour === 0 ? 4 : 0));
  const chances = shrunk(
    hours,
    noHours().map(() => 1 / 24),
    2,
  );
  expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 12);
  expect(chances[23]).toBeCloseTo(chances[1]!, 12);
  expect(bestHour(chances)).toBe(0);
});
