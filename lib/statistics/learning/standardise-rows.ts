import { type TrainingRows } from './training-rows.ts';

/** A column with what standardises it. The scale of a constant column is 0. */
interface ColumnScale {
  name: string;
  mean: number;
  scale: number;
}

/** Rows with standardised columns. An unknown value is the mean. */
export interface StandardRows {
  columns: ColumnScale[];
  /** The constant, an indicator of each time if there are several, then the columns. */
  rows: Float64Array[];
  /** The weight of each indicator in the next forecast. They sum to 1. */
  levels: number[];
}

function levelsOf({ times }: TrainingRows): number[] {
  if (!times || times.levels.length < 2) return [];
  const all = times.levels.reduce((sum, share) => sum + share, 0);
  return times.levels.map((share) => share / all);
}

function scaleOf({ rows }: TrainingRows, name: string, j: number): ColumnScale {
  const known = rows.map((row) => row[j] ?? NaN).filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, v) => sum + v, 0) / (known.length || 1);
  const variance = known.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (known.length || 1);
  return { name, mean, scale: variance > 1e-12 * (1 + mean * mean) ? Math.sqrt(variance) : 0 };
}

const standardValue = (v: number, { mean, scale }: ColumnScale): number =>
  scale === 0 || Number.isNaN(v) ? 0 : (v - mean) / scale;

/** Standardises the columns of rows, and adds the constant and the indicators of times. */
export function standardiseRows(data: TrainingRows): StandardRows {
  const levels = levelsOf(data);
  const columns = data.names.map((name, j) => scaleOf(data, name, j));
  const first = 1 + levels.length;
  const rows = data.rows.map((row, i) => {
    const values = new Float64Array(first + columns.length);
    values[0] = 1;
    if (levels.length > 0) values[1 + (data.times?.of[i] ?? 0)] = 1;
    for (const [j, column] of columns.entries()) values[first + j] = standardValue(row[j] ?? NaN, column);
    return values;
  });
  return { columns, levels, rows };
}
