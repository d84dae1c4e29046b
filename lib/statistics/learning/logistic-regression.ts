import * as z from 'zod';
import { cholesky, solve } from '../numerics/cholesky.ts';
import { standardiseRows } from './standardise-rows.ts';
import { type TrainingRows, logistic, logit, softplus } from './training-rows.ts';

const Column = z.object({ name: z.string(), mean: z.number(), weight: z.number() });

/**
 * A linear logit: `base` at the means, and for each column a weight per unit of distance from the
 * mean. An unknown value counts as the mean.
 */
export const LinearModel = z.object({ base: z.number(), columns: z.array(Column) });
export type LinearModel = z.infer<typeof LinearModel>;

export interface Ridge {
  /**
   * Penalty on squared weights of standardised columns (Le Cessie and Van Houwelingen 1992), in
   * customers.
   */
  penalty: number;
  /** Columns whose weight must not be negative, because a larger value may never lower the risk. */
  rising?: ReadonlySet<string>;
}

/**
 * Returns what each column adds to `base`: weight × (value − mean). With `base` they sum to the
 * logit.
 */
export const linearParts = ({ columns }: LinearModel, row: ArrayLike<number>): number[] =>
  columns.map(({ mean, weight }, j) => {
    const value = row[j] ?? NaN;
    return Number.isNaN(value) ? 0 : weight * (value - mean);
  });

export const linearLogit = (model: LinearModel, row: ArrayLike<number>): number =>
  linearParts(model, row).reduce((sum, part) => sum + part, model.base);

interface Fitting {
  rows: readonly Float64Array[];
  labels: readonly number[];
  weightOf: (row: number) => number;
  /** Of each column. */
  ridge: readonly number[];
  /** Columns whose weights are fitted. The other weights are kept. */
  free: readonly number[];
}

/** The constant is penalised only enough to keep the matrix regular. */
const ridgeOfConstant = 1e-9;

/** Prior of the levels of times: a standard deviation of half a logit around their mean. */
const ridgeOfLevel = 1 / 0.5 ** 2;

/** Columns that have a weight, and the weights of all columns. */
interface FreeWeights {
  free: readonly number[];
  weights: Float64Array;
}

/** Sums over rows: the gradient, and the lower half of the matrix of second derivatives. */
interface NewtonSums {
  gradient: Float64Array;
  entries: Float64Array;
  /** The free columns of the row at hand. */
  values: Float64Array;
}

/** Reads the free columns of a row into `values`. Returns its logit. */
function readRow(values: Float64Array, row: Float64Array, { free, weights }: FreeWeights): number {
  const size = free.length;
  let sum = 0;
  for (let j = 0; j < size; j++) {
    const column = free[j] ?? 0;
    const value = row[column] ?? 0;
    values[j] = value;
    sum += value * (weights[column] ?? 0);
  }
  return sum;
}

/** Adds the row at hand to the sums, with the first and second derivative of its loss. */
function addRow({ gradient, entries, values }: NewtonSums, slope: number, curve: number): void {
  const size = values.length;
  for (let j = 0; j < size; j++) {
    const v = values[j] ?? 0;
    gradient[j] = (gradient[j] ?? 0) + slope * v;
    for (let k = 0; k <= j; k++) entries[j * size + k] = (entries[j * size + k] ?? 0) + curve * v * (values[k] ?? 0);
  }
}

/**
 * Adds the penalty to the sums and completes the matrix. Returns `loss` with the penalty's loss.
 */
function addPenalty(
  { gradient, entries }: NewtonSums,
  { free, weights, ridge }: FreeWeights & { ridge: readonly number[] },
  likelihoodLoss: number,
): number {
  const size = free.length;
  let loss = likelihoodLoss;
  free.forEach((column, j) => {
    const [penalty, weight] = [ridge[column] ?? 0, weights[column] ?? 0];
    loss += (penalty * weight * weight) / 2;
    gradient[j] = (gradient[j] ?? 0) - penalty * weight;
    for (let k = 0; k < j; k++) entries[k * size + j] = entries[j * size + k] ?? 0;
    entries[j * size + j] = (entries[j * size + j] ?? 0) + penalty;
  });
  return loss;
}

/**
 * Returns −ln of the likelihood with its penalty at `weights`, and Newton's step from there, in one
 * pass over the rows.
 */
function newton(fitting: Fitting, weights: Float64Array): { loss: number; step: Float64Array } {
  const { rows, labels, weightOf, ridge, free } = fitting;
  const size = free.length;
  const sums: NewtonSums = {
    gradient: new Float64Array(size),
    entries: new Float64Array(size * size),
    values: new Float64Array(size),
  };
  const weighted = { free, weights };
  let loss = 0;
  rows.forEach((row, n) => {
    const score = readRow(sums.values, row, weighted);
    const [p, weight] = [logistic(score), weightOf(n)];
    loss += weight * softplus(labels[n] === 1 ? -score : score);
    addRow(sums, weight * ((labels[n] ?? 0) - p), weight * Math.max(p * (1 - p), 1e-9));
  });
  loss = addPenalty(sums, { ...weighted, ridge }, loss);
  return { loss, step: solve(cholesky({ size, entries: sums.entries }), sums.gradient) };
}

const mostRounds = 100;

/**
 * Runs Newton's method from `weights` and changes them. A step that does not reduce the loss is
 * halved (Dennis and Schnabel 1983, §6.3).
 */
function descend(fitting: Fitting, weights: Float64Array): void {
  const from = weights.slice();
  let share = 1;
  let { loss, step } = newton(fitting, weights);
  for (let round = 0; round < mostRounds && Math.max(0, ...step.map(Math.abs)) * share > 1e-8; round++) {
    fitting.free.forEach((column, j) => (weights[column] = (from[column] ?? 0) + share * (step[j] ?? 0)));
    const next = newton(fitting, weights);
    if (next.loss <= loss + 1e-12 * Math.abs(loss)) {
      from.set(weights);
      share = 1;
      ({ loss, step } = next);
    } else share /= 2;
  }
  weights.set(from);
}

/**
 * Fits a logistic regression with ridge penalty on standardised columns, by iteratively reweighted
 * least squares (McCullagh and Nelder 1989, §4.4). If a rising column gets a negative weight, the
 * rest is fitted without it. With one class or no rows the result is the base rate, with half a
 * customer on either side. Each time has a random intercept (Stiratelli, Laird and Ware 1984), so
 * columns do not explain seasons. `base` is at the mean of the levels by `times.levels`.
 */
export function fitLogistic(data: TrainingRows, { penalty, rising = new Set() }: Ridge): LinearModel {
  const { columns, rows, levels } = standardiseRows(data);
  const ones = data.labels.reduce<number>((sum, y) => sum + y, 0);
  const first = 1 + levels.length;
  const weights = new Float64Array(first + columns.length);
  const { of, weights: counts } = data.times ?? { of: [], weights: [] };
  const weightOf = (row: number): number => counts[of[row] ?? 0] ?? 1;
  const ridge = [ridgeOfConstant, ...levels.map(() => ridgeOfLevel), ...columns.map(() => penalty)];
  weights[0] = logit((ones + 0.5) / (data.labels.length + 1));
  let free =
    ones === 0 || ones === rows.length
      ? []
      : [0, ...levels.map((_, time) => 1 + time), ...columns.flatMap(({ scale }, j) => (scale > 0 ? first + j : []))];
  for (;;) {
    if (free.length > 0) descend({ rows, labels: data.labels, weightOf, ridge, free }, weights);
    const falling = free.filter((j) => (weights[j] ?? 0) < 0 && rising.has(columns[j - first]?.name ?? ''));
    if (falling.length === 0) break;
    falling.forEach((j) => (weights[j] = 0));
    free = free.filter((j) => !falling.includes(j));
  }
  return {
    base: levels.reduce((sum, share, time) => sum + share * (weights[1 + time] ?? 0), weights.at(0) ?? 0),
    columns: columns.map(({ name, mean, scale }, j) => ({
      name,
      mean,
      weight: scale > 0 ? (weights[first + j] ?? 0) / scale : 0,
    })),
  };
}
