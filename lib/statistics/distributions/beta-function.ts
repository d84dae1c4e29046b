import { deviance, lnGamma, stirlingError } from './gamma-function.ts';

/** Returns ln B(a, b) for a, b > 0. */
export function lnBeta(a: number, b: number): number {
  return lnGamma(a) + lnGamma(b) - lnGamma(a + b);
}

const maxTerms = 1_000_000;
const tiny = 1e-300;

/** Returns x^a (1 − x)^b / (a B(a, b)), exact also for large a and b (Loader 2000). */
function binomialTerm(a: number, b: number, x: number): number {
  const n = a + b;
  const exponent =
    stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * (1 - x));
  return Math.exp(exponent) * Math.sqrt(b / (2 * Math.PI * a * n));
}

/** Continued fraction of I_x(a, b) (Abramowitz & Stegun 26.5.8), by the method of Lentz (1976). */
function fraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny);
  let h = d;
  for (let m = 1; m < maxTerms; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d || tiny);
    c = 1 + even / c || tiny;
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d || tiny);
    c = 1 + odd / c || tiny;
    const change = d * c;
    h *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return h;
}

/**
 * Regularised incomplete beta function I_x(a, b) for a, b > 0 and x in 0–1. Symmetry 26.5.2 selects
 * the side where the fraction converges fast.
 */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (!(x > 0)) return 0;
  if (x >= 1) return 1;
  return x < (a + 1) / (a + b + 2)
    ? binomialTerm(a, b, x) * fraction(a, b, x)
    : 1 - binomialTerm(b, a, 1 - x) * fraction(b, a, 1 - x);
}
