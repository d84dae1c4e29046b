import { describe, expect, test } from 'vitest';
import { contextHelps } from '#lib/decision/policies/context-test.ts';
import {
  addShownOffer,
  beliefsIn,
  emptySums,
  fitOfferLinearModel,
  type ShownOffer,
} from '#lib/decision/beliefs/linear-model.ts';
import { normal, seeded } from '#lib/shared/random.ts';

/** Offer 0 earns what the first number of the context is, offer 1 what the second is; the third never changes. */
function seen(rows: number, seed = 1): ShownOffer[] {
  const random = seeded(seed);
  return Array.from({ length: rows }, () => {
    const context = [100 + 10 * normal(random), normal(random), 7];
    const offer = Number(random() < 0.5);
    const worth = offer === 0 ? (context[0]! - 100) / 10 : context[1]!;
    return { offer, context, reward: worth + 0.1 * normal(random) };
  });
}

function modelOf(rows: ShownOffer[]) {
  const sums = emptySums(2, 3);
  addShownOffer(sums, rows);
  return fitOfferLinearModel(sums);
}

test('what offers earn in a context is learnt on any scale, with a number that never changes', () => {
  const [first, second] = beliefsIn(modelOf(seen(2000)), [110, -1, 7]);
  expect(first!.mean).toBeCloseTo(1, 1);
  expect(second!.mean).toBeCloseTo(-1, 1);
});

test('beliefs narrow as more is seen, and an offer never seen stays as wide as the prior', () => {
  const width = (rows: ShownOffer[], offer: number) => beliefsIn(modelOf(rows), [100, 0, 7])[offer]!.deviation;
  expect(width(seen(2000), 0)).toBeLessThan(width(seen(50), 0) / 3);
  const rows = seen(200).filter(({ offer }) => offer === 0);
  expect(width(rows, 1)).toBeGreaterThan(2 * width(rows, 0));
});

test('in whatever order and batches, the same is learnt', () => {
  const rows = seen(100);
  const sums = emptySums(2, 3);
  for (const row of rows.toReversed()) addShownOffer(sums, [row]);
  const [one, other] = [modelOf(rows), fitOfferLinearModel(sums)].map((model) => beliefsIn(model, [95, 1, 7])[0]!.mean);
  expect(one).toBeCloseTo(other!, 9);
});

test('before anything is seen all offers are alike', () => {
  const [first, second] = beliefsIn(fitOfferLinearModel(emptySums(2, 3)), [1, 2, 3]);
  expect(first).toEqual(second);
  expect(first!.deviation).toBeGreaterThan(0);
});

describe('context', () => {
  const asked = { offers: 2, features: 3 };
  const logged = (rows: ShownOffer[]) => rows.map((row) => ({ ...row, propensity: 0.5 }));

  test('helps where different customers want different offers', () => {
    expect(contextHelps(logged(seen(1000)), asked).helps).toBe(true);
  });

  test('is not said to help where one offer is best for all, or where little is known', () => {
    const alike = (seed: number) =>
      seen(600, seed).map((row) => ({
        ...row,
        reward: Number(seeded(row.context[0]! * 1e6)() < 0.3 + 0.2 * row.offer),
      }));
    const claims = [1, 2, 3, 4, 5, 6].filter((seed) => contextHelps(logged(alike(seed)), asked).helps);
    expect(claims).toEqual([]);
    expect(contextHelps([], asked).helps).toBe(false);
  });
});
