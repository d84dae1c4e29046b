/** Count, mean and sum of squared deviations of what was seen: all that a mean and its error need, and two of them merge. */
export interface Moments {
  n: number;
  mean: number;
  m2: number;
}

export const noMoments: Moments = { n: 0, mean: 0, m2: 0 };

/** Moments of both together: Chan, Golub & LeVeque (1983). */
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

/** Moments of values, without cancellation: Welford (1962). */
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

/** Moments of `n` noughts and ones of which `successes` are ones. */
export function rateOf(successes: number, n: number): Moments {
  const mean = n > 0 ? successes / n : 0;
  return { n, mean, m2: successes * (1 - mean) };
}

/** Unbiased variance; 0 where fewer than two were seen. */
export function varianceOf({ n, m2 }: Moments): number {
  return n > 1 ? m2 / (n - 1) : 0;
}
