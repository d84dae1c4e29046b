import * as z from 'zod';
import { cholesky, solve } from '../../decision/cholesky.ts';
import { type Dataset, logistic, logit } from './dataset.ts';

const Column = z.object({ name: z.string(), mean: z.number(), weight: z.number() });

/** A linear logit: `base` at the means, and per column a weight for each unit away from the mean. A value not known counts as the mean. */
export const LinearModel = z.object({ base: z.number(), columns: z.array(Column) });
export type LinearModel = z.infer<typeof LinearModel>;

export interface Ridge {
  /** Penalty on squared weights of standardised columns (Le Cessie and Van Houwelingen 1992), in customers. */
  penalty: number;
  /** Columns whose weight must not be below nought: more of it may never lower the risk. */
  rising?: ReadonlySet<string>;
}

/** What each column adds to the logit above `base`: weight × (value − mean). They sum to the logit. */
export const linearParts = ({ columns }: LinearModel, row: ArrayLike<number>): number[] =>
  columns.map(({ mean, weight }, j) => {
    const value = row[j] ?? NaN;
    return Number.isNaN(value) ? 0 : weight * (value - mean);
  });

export const linearLogit = (model: LinearModel, row: ArrayLike<number>): number =>
  linearParts(model, row).reduce((sum, part) => sum + part, model.base);

interface Standardised {
  columns: { name: string; mean: number; scale: number }[];
  rows: Float64Array[];
}

function standardised({ names, rows }: Dataset): Standardised {
  const columns = names.map((name, j) => {
    const known = rows.map((row) => row[j] ?? NaN).filter((value) => !Number.isNaN(value));
    const mean = known.reduce((sum, v) => sum + v, 0) / (known.length || 1);
    const variance = known.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (known.length || 1);
    return { name, mean, scale: variance > 1e-12 * (1 + mean * mean) ? Math.sqrt(variance) : 0 };
  });
  const value = (v: number, { mean, scale }: { mean: number; scale: number }) =>
    scale === 0 || Number.isNaN(v) ? 0 : (v - mean) / scale;
  return {
    columns,
    rows: rows.map((row) => Float64Array.from([1, ...columns.map((column, j) => value(row[j] ?? NaN, column))])),
  };
}

/** One step of Newton's method on the free weights: gradient and curvature of the penalised likelihood in one pass. */
function newton(
  { rows, labels }: { rows: Float64Array[]; labels: readonly number[] },
  { weights, free, penalty }: { weights: Float64Array; free: number[]; penalty: number },
): number {
  const size = free.length;
  const gradient = new Float64Array(size);
  const entries = new Float64Array(size * size);
  const values = new Float64Array(size);
  rows.forEach((row, n) => {
    let sum = 0;
    for (let j = 0; j < size; j++) {
      const column = free[j] ?? 0;
      values[j] = row[column] ?? 0;
      sum += (values[j] ?? 0) * (weights[column] ?? 0);
    }
    const p = logistic(sum);
    const [slope, curve] = [(labels[n] ?? 0) - p, Math.max(p * (1 - p), 1e-9)];
    for (let j = 0; j < size; j++) {
      const v = values[j] ?? 0;
      gradient[j] = (gradient[j] ?? 0) + slope * v;
      for (let k = 0; k <= j; k++) entries[j * size + k] = (entries[j * size + k] ?? 0) + curve * v * (values[k] ?? 0);
    }
  });
  free.forEach((column, j) => {
    const ridge = column === 0 ? 1e-9 : penalty;
    gradient[j] = (gradient[j] ?? 0) - ridge * (weights[column] ?? 0);
    for (let k = 0; k < j; k++) entries[k * size + j] = entries[j * size + k] ?? 0;
    entries[j * size + j] = (entries[j * size + j] ?? 0) + ridge;
  });
  const step = solve(cholesky({ size, entries }), gradient);
  free.forEach((column, j) => (weights[column] = (weights[column] ?? 0) + Math.max(-5, Math.min(5, step[j] ?? 0))));
  return Math.max(...step.map(Math.abs));
}

/**
 * Logistic regression by iteratively reweighted least squares (McCullagh and Nelder 1989, §4.4), columns standardised, ridge penalty. A
 * rising column whose weight comes out negative is left out and the rest fitted again. With one class only, or no rows, the answer is
 * the base rate with half a customer on either side.
 */
export function fitLogistic(data: Dataset, { penalty, rising = new Set() }: Ridge): LinearModel {
  const { columns, rows } = standardised(data);
  const ones = data.labels.reduce<number>((sum, y) => sum + y, 0);
  const weights = new Float64Array(columns.length + 1);
  weights[0] = logit((ones + 0.5) / (data.labels.length + 1));
  let free =
    ones === 0 || ones === rows.length ? [] : [0, ...columns.flatMap(({ scale }, j) => (scale > 0 ? j + 1 : []))];
  for (;;) {
    for (let round = 0; free.length > 0 && round < 50; round++) {
      if (newton({ rows, labels: data.labels }, { weights, free, penalty }) < 1e-8) break;
    }
    const falling = free.filter((j) => (weights[j] ?? 0) < 0 && rising.has(columns[j - 1]?.name ?? ''));
    if (falling.length === 0) break;
    falling.forEach((j) => (weights[j] = 0));
    free = free.filter((j) => !falling.includes(j));
  }
  return {
    base: weights.at(0) ?? 0,
    columns: columns.map(({ name, mean, scale }, j) => ({
      name,
      mean,
      weight: scale > 0 ? (weights[j + 1] ?? 0) / scale : 0,
    })),
  };
}
