import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { incompleteBeta } from '#lib/statistics/distributions/beta-function.ts';
import { binomialTail, chiSquaredTail, studentQuantile, studentTwoSided } from '#lib/statistics/distributions/tails.ts';
import { gammaP, gammaQ, lnGamma } from '#lib/statistics/distributions/gamma-function.ts';
import { normalCdf, normalQuantile } from '#lib/statistics/distributions/normal.ts';

const near = (ours: number, theirs: number) => expect(Math.abs(ours / theirs - 1)).toBeLessThan(1e-10);

describe('values agree with tables', () => {
  test.each([
    ['normal, Abramowitz & Stegun 26.1', normalCdf(1), 0.841344746068543],
    ['normal, far tail', normalCdf(-20), 2.753624118606234e-89],
    ['normal quantile', normalQuantile(0.975), 1.959963984540054],
    ['normal quantile, far tail', normalQuantile(1e-20), -9.262340089798408],
    ['ln Γ(½) = ½ ln π', lnGamma(0.5), 0.5 * Math.log(Math.PI)],
    ['ln 100!', lnGamma(101), 363.73937555556349],
    ['χ² of one degree is a squared normal', chiSquaredTail(3.841458820694124, 1), 0.05],
    ['χ² of two degrees is exponential', chiSquaredTail(1400, 2), Math.exp(-700)],
    ['Student with one degree is Cauchy', studentTwoSided(1, 1), 0.5],
    ['Student quantile', studentQuantile(0.975, 10), 2.2281388519862735],
    ['I_x(2, 3) is a polynomial', incompleteBeta(2, 3, 0.4), 0.5248],
    ['binomial tail', binomialTail(3, 10, 0.1), 0.0701908264],
  ])('%s', (_, ours, theirs) => near(ours, theirs));
});

describe('laws', () => {
  const positive = fc.double({ min: 0.01, max: 1e5, noNaN: true });

  test('the quantile undoes the distribution', () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 4, noNaN: true }), (z) => {
        expect(normalQuantile(normalCdf(z))).toBeCloseTo(z, 8);
      }),
    );
  });

  test('the two incomplete gamma functions make one', () => {
    fc.assert(
      fc.property(positive, positive, (a, x) => {
        expect(gammaP(a, x) + gammaQ(a, x)).toBeCloseTo(1, 12);
      }),
    );
  });

  test('the incomplete beta function mirrors', () => {
    fc.assert(
      fc.property(positive, positive, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (a, b, x) => {
        expect(incompleteBeta(a, b, x)).toBeCloseTo(1 - incompleteBeta(b, a, 1 - x), 10);
      }),
    );
  });
});
