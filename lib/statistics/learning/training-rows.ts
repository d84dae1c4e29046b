/**
 * Rows of numbers with their outcomes. All rows have as many values as there are `names`. NaN means
 * unknown.
 */
export interface TrainingRows {
  names: readonly string[];
  rows: readonly Float64Array[];
  labels: readonly (0 | 1)[];
  times?: RowTimes;
}

/**
 * Times of rows: the time of each row, the weight of the rows of each time, and the share of its
 * level in the forecast.
 */
export interface RowTimes {
  of: readonly number[];
  weights: readonly number[];
  levels: readonly number[];
}

export const pickRows = ({ names, rows, labels }: TrainingRows, chosen: readonly number[]): TrainingRows => ({
  names,
  rows: chosen.flatMap((i) => rows[i] ?? []),
  labels: chosen.flatMap((i) => labels[i] ?? []),
});

/**
 * Divides rows into parts of nearly equal size, with every k-th row in one part. The caller keeps
 * rows of one customer together, which are `rows / windows` apart.
 */
export function assignFolds(size: number, parts: number): { train: number[]; test: number[] }[] {
  const all = Array.from({ length: size }, (_, i) => i);
  return Array.from({ length: parts }, (_, part) => ({
    train: all.filter((i) => i % parts !== part),
    test: all.filter((i) => i % parts === part),
  }));
}

/** Returns the probability of a logit. */
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Returns ln(1 + e^x) without overflow. */
export const softplus = (x: number): number => (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Returns ln(p / (1 − p)), with p limited to one in a million from 0 and 1. */
export function logit(p: number): number {
  const bounded = Math.min(1 - 1e-6, Math.max(1e-6, p));
  return Math.log(bounded / (1 - bounded));
}
