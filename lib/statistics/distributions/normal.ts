/** Density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

const numerator = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
  220.206867912376,
];
const denominator = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];

const horner = (coefficients: number[], x: number): number => coefficients.reduce((sum, c) => sum * x + c, 0);

/**
 * Returns P(Z > z) for z ≥ 0. Hart (1968) no. 5666 in the form of West (2005). Beyond 5 it uses
 * Laplace's continued fraction (Abramowitz & Stegun 26.2.14).
 */
function upperTail(z: number): number {
  if (z < 5) return (Math.exp(-0.5 * z * z) * horner(numerator, z)) / horner(denominator, z);
  let fraction = z;
  for (let k = 40; k > 0; k--) fraction = z + k / fraction;
  return normalDensity(z) / fraction;
}

/**
 * Returns P(Z ≤ z). The absolute error is below 1e-14, and the relative error is small also in the
 * lower tail.
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (!Number.isFinite(z)) return z > 0 ? 1 : 0;
  return z > 0 ? 1 - upperTail(z) : upperTail(-z);
}

/** Returns P(|Z| > |z|), a two-sided p value. */
export function normalTwoSided(z: number): number {
  return 2 * normalCdf(-Math.abs(z));
}

/**
 * Returns z with P(Z ≤ z) = p. It is ∓∞ at 0 and 1, and NaN outside. A first guess exact to 5e-4
 * (Abramowitz & Stegun 26.2.23) is refined by three steps of Halley's method, each of which triples
 * the digits.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let z = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (let step = 0; step < 3; step++) {
    const error = (normalCdf(z) - p) / normalDensity(z);
    z -= error / (1 + (z * error) / 2);
  }
  return z;
}
