import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Dropout,
  expectedPurchases,
  hypergeometric,
  logLikelihood,
  nextWithin,
  silentFor,
  stillActive,
} from '#lib/churn/purchase-model/dropout-model.ts';
import { fitDropout } from '#lib/churn/purchase-model/fit-dropout.ts';
import { beta, gamma, seeded } from '#lib/shared/random.ts';

/** Fader, Hardie and Lee 2005, table 2: CDNOW, weeks. */
const published: Dropout = { kind: 'bg', r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
const mbg: Dropout = { kind: 'mbg', r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 };

const parameters = fc.record({
  kind: fc.constantFrom('bg' as const, 'mbg' as const),
  r: fc.double({ min: 0.1, max: 5, noNaN: true }),
  alpha: fc.double({ min: 0.5, max: 50, noNaN: true }),
  a: fc.double({ min: 0.1, max: 5, noNaN: true }),
  b: fc.double({ min: 0.1, max: 5, noNaN: true }),
});
const histories = fc
  .record({
    x: fc.nat(20),
    share: fc.double({ min: 0.01, max: 1, noNaN: true }),
    T: fc.double({ min: 1, max: 100, noNaN: true }),
  })
  .map(({ x, share, T }) => ({ x, tx: x === 0 ? 0 : share * T, T }));

test('the worked example of the paper: 1.226 purchases in 39 weeks', () => {
  expect(expectedPurchases(published, { x: 2, tx: 30.43, T: 38.86 }, 39)).toBeCloseTo(1.226, 2);
});

test('₂F₁ has its known values', () => {
  expect(hypergeometric([1, 1, 2], 0.5)).toBeCloseTo(2 * Math.log(2), 12);
  expect(hypergeometric([2, 3, 3], 0.9)).toBeCloseTo(100, 6);
});

test('somebody without a repeat is certainly active in BG/NBD, and maybe gone in MBG/NBD', () => {
  const never = { x: 0, tx: 0, T: 20 };
  expect(stillActive(published, never)).toBe(1);
  expect(stillActive(mbg, never)).toBeLessThan(1);
});

test('no repeat is as likely as a gamma mixture of rates makes it', () => {
  expect(Math.exp(logLikelihood(published, { x: 0, tx: 0, T: 10 }))).toBeCloseTo((4.414 / 14.414) ** 0.243, 12);
});

test('a longer silence is less likely, and the more likely the longer it has lasted', () => {
  fc.assert(
    fc.property(parameters, histories, fc.double({ min: 0.1, max: 50, noNaN: true }), (model, counts, more) => {
      const now = silentFor(model, counts, 10);
      expect(now).toBeGreaterThanOrEqual(0);
      expect(silentFor(model, counts, 10 + more)).toBeLessThanOrEqual(now + 1e-12);
      expect(silentFor(model, { ...counts, T: counts.T + more }, 10)).toBeGreaterThanOrEqual(now - 1e-12);
    }),
  );
});

test('the median wait is the horizon in which silence is an even chance', () => {
  const counts = { x: 6, tx: 36, T: 38 };
  const wait = nextWithin(mbg, counts) ?? NaN;
  expect(silentFor(mbg, counts, wait)).toBeCloseTo(0.5, 10);
});

test('who has more likely left than not is expected at no time', () => {
  expect(nextWithin(mbg, { x: 10, tx: 10, T: 60 })).toBeUndefined();
});

/** Customers who live by the model for `T` weeks. */
function lives(model: Dropout, n: number, T: number) {
  const random = seeded(7);
  return Array.from({ length: n }, () => {
    const rate = gamma(random, model.r) / model.alpha;
    const leaves = beta(random, model);
    let [x, tx, at] = [0, 0, 0];
    while (random() >= leaves) {
      at -= Math.log(1 - random()) / rate;
      if (at > T) break;
      [x, tx] = [x + 1, at];
    }
    return { x, tx, T };
  });
}

test('a fit finds the parameters that customers lived by', { timeout: 20_000 }, () => {
  const truth: Dropout = { kind: 'mbg', r: 1.5, alpha: 6, a: 1, b: 3 };
  const { model, dropoutIdentified } = fitDropout('mbg', lives(truth, 4_000, 40));
  expect(dropoutIdentified).toBe(true);
  expect(model.r / model.alpha).toBeCloseTo(truth.r / truth.alpha, 1);
  expect(model.a / (model.a + model.b)).toBeCloseTo(0.25, 1);
});

test('where nobody leaves, the fit says so', { timeout: 20_000 }, () => {
  const { dropoutIdentified } = fitDropout('mbg', lives({ kind: 'mbg', r: 2, alpha: 6, a: 1e-9, b: 1 }, 2_000, 40));
  expect(dropoutIdentified).toBe(false);
});

test('without customers there is nothing to fit', () => {
  expect(() => fitDropout('bg', [])).toThrow('churn.no-customers');
});

test('expected purchases are those that customers of the same counts go on to make', () => {
  const expected = expectedPurchases(mbg, { x: 0, tx: 0, T: 0 }, 40);
  const made = lives(mbg, 40_000, 40).reduce((sum, { x }) => sum + x, 0) / 40_000;
  expect(expected).toBeGreaterThan(made * 0.95);
  expect(expected).toBeLessThan(made * 1.05);
});
