import { Rejected } from '../../shared/errors.ts';

/**
 * Returns the inverse of a square matrix by Gauss-Jordan elimination with partial pivoting. Throws
 * if there is none.
 */
export function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => Float64Array.from({ length: 2 * n }, (_, j) => row[j] ?? (j - n === i ? 1 : 0)));
  for (let column = 0; column < n; column++) {
    const pivot = pivotRow(rows, column);
    const scale = pivot[column] ?? 0;
    if (scale === 0) throw new Rejected('report.singular-system', { column });
    for (let j = 0; j < 2 * n; j++) pivot[j] = (pivot[j] ?? 0) / scale;
    for (const row of rows) if (row !== pivot) subtract(row, pivot, row[column] ?? 0);
  }
  return rows.map((row) => [...row.subarray(n)]);
}

/** Moves the row with the largest entry in `column` up to the diagonal and returns it. */
function pivotRow(rows: Float64Array[], column: number): Float64Array {
  const size = (i: number) => Math.abs(rows[i]?.[column] ?? 0);
  let best = column;
  for (let i = column + 1; i < rows.length; i++) if (size(i) > size(best)) best = i;
  const [moved] = rows.splice(best, 1, ...rows.slice(column, column + 1));
  const pivot = moved ?? new Float64Array();
  rows[column] = pivot;
  return pivot;
}

function subtract(row: Float64Array, pivot: Float64Array, factor: number): void {
  if (factor === 0) return;
  for (let j = 0; j < row.length; j++) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
}
