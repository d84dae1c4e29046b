import { incompleteBeta } from './beta-function.ts';
import { gammaQ } from './gamma-function.ts';
import { normalQuantile } from './normal.ts';
import { findRoot } from '../numerics/root-finding.ts';

/**
 * Returns P(X > x) of the chi-squared distribution (Abramowitz & Stegun 26.4.19). Without degrees
 * of freedom it is 1.
 */
export function chiSquaredTail(x: number, degrees: number): number {
  return degrees > 0 ? gammaQ(degrees / 2, x / 2) : 1;
}

/**
 * Returns P(|T| > |t|) of Student's distribution (Abramowitz & Stegun 26.7.1). Degrees of freedom
 * need not be whole.
 */
export function studentTwoSided(t: number, degrees: number): number {
  return incompleteBeta(degrees / 2, 0.5, degrees / (degrees + t * t));
}

/** Returns t with P(T ≤ t) = p, by root finding around the normal quantile. */
export function studentQuantile(p: number, degrees: number): number {
  if (p < 0.5) return -studentQuantile(1 - p, degrees);
  if (p === 0.5) return 0;
  const excess = (t: number) => studentTwoSided(t, degrees) / 2 - (1 - p);
  const low = normalQuantile(p); // a lower bound, because Student's tails are heavier
  let high = 2 * low;
  while (excess(high) > 0) high *= 2;
  return findRoot(excess, [low, high]);
}

/**
 * Returns P(X ≥ count) of `trials` draws that each succeed with `chance` (Abramowitz & Stegun
 * 26.5.24).
 */
export function binomialTail(count: number, trials: number, chance: number): number {
  return count <= 0 ? 1 : count > trials ? 0 : incompleteBeta(count, trials - count + 1, chance);
}
