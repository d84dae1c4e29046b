/**
 * Count, mean and sum of squared deviations of observations. A mean and its error need no more, and
 * two moments can be merged.
 */
export interface Moments {
  n: number;
  mean: number;
  m2: number;
}

/** Moments of an empty sample. */
export const noMoments: Moments = { n: 0, mean: 0, m2: 0 };

/** Returns the moments of both samples together (Chan, Golub & LeVeque 1983). */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const n = a.n + b.n;
  if (n === 0) return noMoments;
  const difference = b.mean - a.mean;
  return {
    n,
    mean: a.mean + (difference * b.n) / n,
    m2: a.m2 + b.m2 + (difference * difference * a.n * b.n) / n,
  };
}

/** Returns the moments of values without cancellation (Welford 1962). */
export function momentsOf(values: Iterable<number>): Moments {
  let [n, mean, m2] = [0, 0, 0];
  for (const value of values) {
    n++;
    const before = value - mean;
    mean += before / n;
    m2 += before * (value - mean);
  }
  return { n, mean, m2 };
}

/** Returns the moments of `n` zeros and ones, of which `successes` are ones. */
export function rateOf(successes: number, n: number): Moments {
  const mean = n > 0 ? successes / n : 0;
  return { n, mean, m2: successes * (1 - mean) };
}

/** Returns the unbiased variance, or 0 for fewer than two observations. */
export function varianceOf({ n, m2 }: Moments): number {
  return n > 1 ? m2 / (n - 1) : 0;
}
