import { type TrainingRows } from './training-rows.ts';
import { quantiles } from './model-metrics.ts';

/**
 * Columns as small whole numbers. `codes[j][i]` is the number of column j's `cuts` at or below row
 * i's value. An unknown value is 0.
 */
export interface BinnedFeatures {
  cuts: number[][];
  codes: Uint8Array[];
}

const mostBins = 64;

const cutsOf = (values: number[]): number[] => {
  const known = values.filter((value) => !Number.isNaN(value));
  const different = [...new Set(known)].sort((a, b) => a - b);
  const cuts = different.length <= mostBins ? different.slice(1) : [...new Set(quantiles(known, mostBins))];
  return known.length < values.length && different[0] !== undefined ? [...new Set([different[0], ...cuts])] : cuts;
};

/** Returns the number of ascending `cuts` at or below `value`, by bisection. */
function codeOf(cuts: readonly number[], value: number): number {
  let [low, high] = [0, Number.isNaN(value) ? 0 : cuts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cuts[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Divides columns into histogram bins of equal numbers, or one per value if there are few (Ke et
 * al. 2017, LightGBM, algorithm 1).
 */
export function binFeatures({ names, rows }: TrainingRows): BinnedFeatures {
  const cuts = names.map((_, j) => cutsOf(rows.map((row) => row[j] ?? NaN)));
  return { cuts, codes: cuts.map((own, j) => Uint8Array.from(rows, (row) => codeOf(own, row[j] ?? NaN))) };
}
