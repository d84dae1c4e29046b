import { studentQuantile, studentTwoSided } from '../distributions/tails.ts';
import { type Moments, varianceOf } from './moments.ts';
import { normalQuantile, normalTwoSided } from '../distributions/normal.ts';

/** Kind of a metric: the share of customers with an outcome, or an amount per customer. */
export type MetricKind = 'rate' | 'mean';

/**
 * The difference of variant and control: its estimate, the variance of the estimate, the test
 * statistic (z or t), p and the interval.
 */
export interface Comparison {
  difference: number;
  variance: number;
  statistic: number;
  p: number;
  interval: [number, number];
}

/** Moments of a metric in both arms. */
export interface Pair {
  control: Moments;
  variant: Moments;
}

/** Returns the difference of two means and its variance, without assuming equal variances. */
export function differenceOf({ control, variant }: Pair): { difference: number; variance: number } {
  const of = (arm: Moments) => (arm.n > 0 ? varianceOf(arm) / arm.n : Infinity);
  return { difference: variant.mean - control.mean, variance: of(control) + of(variant) };
}

function ratio(difference: number, variance: number): number {
  return variance > 0 && Number.isFinite(variance) ? difference / Math.sqrt(variance) : 0;
}

/**
 * Returns the interval around a difference. Without a width it is unbounded: two arms of the same
 * constant, or an empty arm.
 */
function around(difference: number, width: number): [number, number] {
  return Number.isNaN(width) ? [-Infinity, Infinity] : [difference - width, difference + width];
}

/**
 * Compares two proportions. z has the variance pooled under "no difference", so its square is
 * Pearson's χ² with one degree. The interval is Newcombe's (1998, method 10), made of Wilson's
 * (1927) for each rate. It stays within possible values if a rate is near 0 or 1.
 */
export function compareRates({ control, variant }: Pair, alpha: number): Comparison {
  const { difference, variance } = differenceOf({ control, variant });
  const n = control.n + variant.n;
  const pooled = (control.mean * control.n + variant.mean * variant.n) / n;
  const statistic = ratio(difference, pooled * (1 - pooled) * (1 / control.n + 1 / variant.n));
  const [low, high] = [wilson(control, alpha), wilson(variant, alpha)];
  const down = Math.hypot(variant.mean - high[0], low[1] - control.mean);
  const up = Math.hypot(high[1] - variant.mean, control.mean - low[0]);
  return {
    difference,
    variance,
    statistic,
    p: normalTwoSided(statistic),
    interval: [difference - down, difference + up],
  };
}

/** Score interval of a proportion: Wilson (1927). */
export function wilson({ n, mean }: Moments, alpha: number): [number, number] {
  if (n === 0) return [0, 1];
  const z2 = normalQuantile(1 - alpha / 2) ** 2;
  const centre = (mean + z2 / (2 * n)) / (1 + z2 / n);
  const width = Math.sqrt(z2 * ((mean * (1 - mean)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return [centre - width, centre + width];
}

/** Compares two means by Welch's t (1947), with degrees of freedom by Satterthwaite (1946). */
export function compareMeans({ control, variant }: Pair, alpha: number): Comparison {
  const { difference, variance } = differenceOf({ control, variant });
  const parts = [control, variant].map((arm) => (varianceOf(arm) / arm.n) ** 2 / (arm.n - 1));
  const degrees = variance ** 2 / parts.reduce((sum, part) => sum + part, 0);
  const statistic = ratio(difference, variance);
  if (!(degrees > 0)) return { difference, variance, statistic: 0, p: 1, interval: [-Infinity, Infinity] };
  const width = studentQuantile(1 - alpha / 2, degrees) * Math.sqrt(variance);
  return {
    difference,
    variance,
    statistic,
    p: studentTwoSided(statistic, degrees),
    interval: around(difference, width),
  };
}

/** Fixed-horizon tests, valid for one look at a size that is set in advance. */
export const compare: Record<MetricKind, (pair: Pair, alpha: number) => Comparison> = {
  rate: compareRates,
  mean: compareMeans,
};
