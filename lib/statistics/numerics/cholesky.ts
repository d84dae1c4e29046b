/** A square matrix, stored by rows. */
export interface Square {
  size: number;
  entries: Float64Array;
}

const at = (values: Float64Array, i: number): number => values[i] ?? 0;

/**
 * Returns L with L·Lᵀ = `matrix`, which must be symmetric and positive definite (Golub and Van Loan
 * 2013, algorithm 4.2.1). Entries above the diagonal are 0.
 */
export function cholesky({ size, entries }: Square): Square {
  const lower = new Float64Array(size * size);
  for (let j = 0; j < size; j++)
    for (let i = j; i < size; i++) {
      let sum = at(entries, i * size + j);
      for (let k = 0; k < j; k++) sum -= at(lower, i * size + k) * at(lower, j * size + k);
      lower[i * size + j] = i === j ? Math.sqrt(Math.max(sum, Number.EPSILON)) : sum / at(lower, j * size + j);
    }
  return { size, entries: lower };
}

/** Returns L⁻¹·v. */
export function forward({ size, entries }: Square, v: Float64Array): Float64Array {
  const solved = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = at(v, i);
    for (let k = 0; k < i; k++) sum -= at(entries, i * size + k) * at(solved, k);
    solved[i] = sum / at(entries, i * size + i);
  }
  return solved;
}

/** Returns (L·Lᵀ)⁻¹·v. */
export function solve(lower: Square, v: Float64Array): Float64Array {
  const { size, entries } = lower;
  const solved = forward(lower, v);
  for (let i = size - 1; i >= 0; i--) {
    let sum = at(solved, i);
    for (let k = i + 1; k < size; k++) sum -= at(entries, k * size + i) * at(solved, k);
    solved[i] = sum / at(entries, i * size + i);
  }
  return solved;
}

/** Returns the dot product of two vectors of equal length. */
export function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += at(one, i) * at(other, i);
  return sum;
}
