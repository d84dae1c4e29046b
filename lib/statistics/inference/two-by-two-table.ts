import { chiSquaredTail } from '../distributions/tails.ts';
import { lnGamma } from '../distributions/gamma-function.ts';

/** `hits` of `n` in each of two groups. */
export interface TwoByTwoTable {
  a: { hits: number; n: number };
  b: { hits: number; n: number };
}

const lnChoose = (n: number, k: number): number => lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1);

/**
 * Returns the two-sided exact p: the probability of all tables with the same margins that are no
 * likelier than the observed one (Fisher 1935).
 */
export function fisherP({ a, b }: TwoByTwoTable): number {
  const hits = a.hits + b.hits;
  const whole = lnChoose(a.n + b.n, hits);
  const chance = (k: number): number => Math.exp(lnChoose(a.n, k) + lnChoose(b.n, hits - k) - whole);
  const seen = chance(a.hits) * (1 + 1e-7); // rounding must not separate tables that are equally likely
  let p = 0;
  for (let k = Math.max(0, hits - b.n); k <= Math.min(hits, a.n); k++) {
    const one = chance(k);
    if (one <= seen) p += one;
  }
  return Math.min(1, p);
}

/**
 * Returns p of equal rates, by Pearson's χ², or by Fisher's exact test if a cell expects fewer than
 * five (Cochran 1954).
 */
export function twoByTwoP({ a, b }: TwoByTwoTable): number {
  const n = a.n + b.n;
  const rate = (a.hits + b.hits) / n;
  if (!(rate > 0 && rate < 1) || a.n === 0 || b.n === 0) return 1;
  if (Math.min(a.n, b.n) * Math.min(rate, 1 - rate) < 5) return fisherP({ a, b });
  const variance = rate * (1 - rate) * (1 / a.n + 1 / b.n);
  return chiSquaredTail((a.hits / a.n - b.hits / b.n) ** 2 / variance, 1);
}
