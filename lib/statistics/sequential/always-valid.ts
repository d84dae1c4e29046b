/**
 * The current difference and its variance, the variance `mixing` (τ²) of the assumed effects, and
 * the permitted two-sided error.
 */
export interface Evidence {
  difference: number;
  variance: number;
  mixing: number;
  alpha: number;
}

/**
 * Whether a variance is known. A smaller one is a rounding error, and a division by it would
 * overflow.
 */
const isKnown = (variance: number): boolean => variance > 1e-200 && Number.isFinite(variance);

/**
 * Returns the logarithm of the likelihood ratio of "effects distributed as N(0, τ²)" over "no
 * effect": √(V / (V + τ²)) exp(τ² d² / (2 V (V + τ²))). This is the mixture SPRT of Robbins (1970)
 * for two arms (Johari, Koomen, Pekelis & Walsh 2022, §5). Returns 0 if the variance is unknown.
 */
export function logMixtureRatio({ difference, variance, mixing }: Omit<Evidence, 'alpha'>): number {
  if (!isKnown(variance)) return 0;
  const total = variance + mixing;
  return 0.5 * Math.log(variance / total) + (mixing / total) * (difference ** 2 / (2 * variance));
}

/**
 * Returns the current p. Callers keep the smallest over all looks, which is valid at any stopping
 * time and any number of looks (Johari et al. 2022, theorem 1).
 */
export function alwaysValidP(evidence: Omit<Evidence, 'alpha'>): number {
  return Math.min(1, Math.exp(-logMixtureRatio(evidence)));
}

/**
 * Returns an interval that covers the true difference at all times together with probability 1 − α:
 * the normal mixture of Robbins (1970), Howard, Ramdas, McAuliffe & Sekhon (2021, eq. 14).
 * Intervals of several times may be intersected.
 */
export function confidenceSequence({ difference, variance, mixing, alpha }: Evidence): [number, number] {
  if (!isKnown(variance)) return [-Infinity, Infinity];
  const total = variance + mixing;
  const wide = (total / mixing) * (2 * Math.log(1 / alpha) + Math.log(total / variance));
  const width = Math.sqrt(variance) * Math.sqrt(wide);
  return [difference - width, difference + width];
}

/**
 * Returns the τ² with the narrowest confidence sequence at `variance`, the variance at the planned
 * size. With x = τ² / V it is the root of x = 2 ln(1/α) + ln(1 + x), which is Howard et al. (2021,
 * proposition 3) without Lambert's function.
 */
export function mixingFor({ variance, alpha }: Pick<Evidence, 'variance' | 'alpha'>): number {
  let x = 1;
  for (let i = 0; i < 100; i++) x = 2 * Math.log(1 / alpha) + Math.log(1 + x);
  return x * variance;
}
