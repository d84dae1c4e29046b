/** Rows of numbers with what came of them. All rows have as many values as there are `names`; NaN is "not known". */
export interface TrainingRows {
  names: readonly string[];
  rows: readonly Float64Array[];
  labels: readonly (0 | 1)[];
  times?: RowTimes;
}

/** Rows seen at several times: which of them each row is of, how much rows of each count, and how much its level does in what is forecast. */
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

/** Parts of nearly equal size, every k-th row to one part: rows of one customer that lie `rows / windows` apart are kept together by the caller. */
export function assignFolds(size: number, parts: number): { train: number[]; test: number[] }[] {
  const all = Array.from({ length: size }, (_, i) => i);
  return Array.from({ length: parts }, (_, part) => ({
    train: all.filter((i) => i % parts !== part),
    test: all.filter((i) => i % parts === part),
  }));
}

export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** ln(1 + e^x), for however large an x. */
export const softplus = (x: number): number => (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** ln(p / (1 − p)); certainties are one in a million short of certain. */
export function logit(p: number): number {
  const held = Math.min(1 - 1e-6, Math.max(1e-6, p));
  return Math.log(held / (1 - held));
}
