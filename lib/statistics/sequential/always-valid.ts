/** A difference and its variance at the moment, the variance `mixing` (τ²) of the effects thought of, and the two-sided error allowed. */
export interface Evidence {
  difference: number;
  variance: number;
  mixing: number;
  alpha: number;
}

/** A variance so small that it can only be rounding is none: squares over it would leave the numbers. */
const isKnown = (variance: number): boolean => variance > 1e-200 && Number.isFinite(variance);

/**
 * Logarithm of the likelihood ratio of "effects spread as N(0, τ²)" over "no effect": √(V / (V + τ²)) exp(τ² d² / (2 V (V + τ²))).
 * Mixture SPRT of Robbins (1970) for two arms, Johari, Koomen, Pekelis & Walsh (2022, §5). Without variance nothing is known: 0.
 */
export function logMixtureRatio({ difference, variance, mixing }: Omit<Evidence, 'alpha'>): number {
  if (!isKnown(variance)) return 0;
  const total = variance + mixing;
  return 0.5 * Math.log(variance / total) + (mixing / total) * (difference ** 2 / (2 * variance));
}

/**
 * p of this moment. Keep the smallest over the moments looked at: that one is valid whenever one stops, however often one looked
 * (Johari et al. 2022, theorem 1).
 */
export function alwaysValidP(evidence: Omit<Evidence, 'alpha'>): number {
  return Math.min(1, Math.exp(-logMixtureRatio(evidence)));
}

/**
 * Interval that covers the true difference at all moments at once with probability 1 − α: the normal mixture of Robbins (1970), Howard,
 * Ramdas, McAuliffe & Sekhon (2021, eq. 14). Intersecting those of several moments is allowed.
 */
export function confidenceSequence({ difference, variance, mixing, alpha }: Evidence): [number, number] {
  if (!isKnown(variance)) return [-Infinity, Infinity];
  const total = variance + mixing;
  const wide = (total / mixing) * (2 * Math.log(1 / alpha) + Math.log(total / variance));
  const width = Math.sqrt(variance) * Math.sqrt(wide);
  return [difference - width, difference + width];
}

/**
 * τ² that makes the confidence sequence narrowest when the variance is `variance`, as at the planned size: with x = τ² / V the root of
 * x = 2 ln(1/α) + ln(1 + x), which is Howard et al. (2021, proposition 3) without Lambert's function.
 */
export function mixingFor({ variance, alpha }: Pick<Evidence, 'variance' | 'alpha'>): number {
  let x = 1;
  for (let i = 0; i < 100; i++) x = 2 * Math.log(1 / alpha) + Math.log(1 + x);
  return x * variance;
}
