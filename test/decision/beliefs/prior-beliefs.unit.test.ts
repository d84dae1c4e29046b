import { expect, test } from 'vitest';
import { beliefsOf, commonRate, priorSpread, type Trials } from '#lib/decision/beliefs/prior-beliefs.ts';
import { drawOfferRates, simulatePlacement } from '#lib/decision/policies/simulate-placement.ts';
import { tuneTemperature } from '#lib/decision/policies/tune-temperature.ts';
import { seeded } from '#lib/shared/random.ts';

const plan = { decisions: 10_000, batches: 10 };
const thompson = { spread: 0.3, control: 0, sharpening: { from: 1, to: 1 } };

/** What forty placements came to whose rates differ by `spread`. */
function placements(spread: number, policy?: typeof thompson): Trials[][] {
  const random = seeded(4);
  const hand = { random, ...(policy && { policy }) };
  return Array.from(
    { length: 40 },
    () => simulatePlacement(drawOfferRates(random, { rate: 0.03, spread, offers: 5 }), plan, hand).tries,
  );
}

test('the spread of rates is found again, from even draws and from those of a policy that learns', () => {
  for (const spread of [0.1, 0.3]) {
    expect(priorSpread(placements(spread)) / spread).toBeCloseTo(1, 0);
    expect(priorSpread(placements(spread, thompson)) / spread).toBeCloseTo(1, 0);
  }
});

test('nothing seen, one offer, or offers without a try leave the usual spread', () => {
  const usual = priorSpread([]);
  expect(
    priorSpread([
      [{ exposed: 50, won: 5 }],
      [
        { exposed: 0, won: 0 },
        { exposed: 0, won: 0 },
      ],
    ]),
  ).toBe(usual);
});

test('the common rate is not that of the offer that was tried most', () => {
  const offers = [
    { exposed: 100_000, won: 10_000 },
    { exposed: 1000, won: 20 },
    { exposed: 1000, won: 30 },
  ];
  expect(commonRate(offers, 0.5)).toBeLessThan(0.07);
});

test('an offer with few tries is believed to be like the others, one with many is taken at its word', () => {
  const [few, many] = beliefsOf(
    [
      { exposed: 2, won: 2 },
      { exposed: 1e6, won: 2e4 },
      { exposed: 1e6, won: 2.2e4 },
    ],
    0.2,
  );
  expect(few!.a / (few!.a + few!.b)).toBeLessThan(0.06);
  expect(many!.a / (many!.a + many!.b)).toBeCloseTo(0.02, 3);
});

test('rates of nought and one keep the beliefs proper', () => {
  for (const won of [0, 500])
    for (const { a, b } of beliefsOf([{ exposed: 500, won }], 0.5)) expect(Math.min(a, b)).toBeGreaterThan(0);
});

test('a tuned policy gains more than an even draw, and is the same each time', () => {
  const likely = Array.from({ length: 5 }, () => ({ rate: 0.05, offers: 3, plan: { decisions: 2000, batches: 3 } }));
  const sharpening = tuneTemperature(likely, { spread: 0.3, control: 0.05 });
  expect(tuneTemperature(likely, { spread: 0.3, control: 0.05 })).toEqual(sharpening);
  const expected = (policy?: typeof thompson) =>
    simulatePlacement([0.04, 0.05, 0.08], plan, { random: seeded(1), ...(policy && { policy }) }).expected;
  expect(expected({ spread: 0.3, control: 0.05, sharpening })).toBeGreaterThan(1.2 * expected());
});
