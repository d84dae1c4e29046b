/** A forecast and its outcome. `y` is 1 if the customer had no key event within the horizon. */
export interface LabelledProbability {
  p: number;
  y: 0 | 1;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? NaN : values.reduce((sum, v) => sum + v, 0) / values.length;

/**
 * Returns the area under the ROC curve by mid-ranks (Mann and Whitney 1947). A tie counts half. NaN
 * with one class only.
 */
export function auc(outcomes: readonly LabelledProbability[]): number {
  const sorted = [...outcomes].sort((a, b) => a.p - b.p);
  let [ranks, positives] = [0, 0];
  for (let from = 0; from < sorted.length;) {
    let [to, ones]: [number, number] = [from + 1, sorted[from]?.y ?? 0];
    for (; sorted[to] && sorted[to]?.p === sorted[from]?.p; to++) ones += sorted[to]?.y ?? 0;
    ranks += (ones * (from + to + 1)) / 2;
    positives += ones;
    from = to;
  }
  const negatives = sorted.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Returns the mean squared error of the probabilities (Brier 1950). */
export const brier = (outcomes: readonly LabelledProbability[]): number =>
  mean(outcomes.map(({ p, y }) => (p - y) ** 2));

const least = 1e-6;

/**
 * Returns the mean −ln of the probability of the outcome. Forecasts are limited to one in a million
 * from certainty.
 */
export const logLoss = (outcomes: readonly LabelledProbability[]): number =>
  mean(outcomes.map(({ p, y }) => -Math.log(Math.max(least, y === 1 ? p : 1 - p))));

export interface CalibrationBin {
  n: number;
  /** Mean forecast, and the share of customers with the outcome. */
  forecast: number;
  came: number;
}

/**
 * Returns bins of equal numbers, the lowest forecasts first. Equal forecasts may be in two bins.
 */
export function calibrationTable(outcomes: readonly LabelledProbability[], bins = 10): CalibrationBin[] {
  const sorted = [...outcomes].sort((a, b) => a.p - b.p);
  const cut = (i: number) => Math.round((i * sorted.length) / bins);
  return Array.from({ length: bins }, (_, i) => sorted.slice(cut(i), cut(i + 1)))
    .filter((bin) => bin.length > 0)
    .map((bin) => ({ n: bin.length, forecast: mean(bin.map(({ p }) => p)), came: mean(bin.map(({ y }) => y)) }));
}

/**
 * Returns the expected calibration error: the mean distance of forecast and share over the bins
 * (Naeini, Cooper and Hauskrecht 2015).
 */
export function calibrationError(outcomes: readonly LabelledProbability[], bins = 10): number {
  const table = calibrationTable(outcomes, bins);
  return table.reduce((sum, { n, forecast, came }) => sum + (n * Math.abs(forecast - came)) / outcomes.length, 0);
}

export interface Lift {
  /**
   * Share of customers with the highest forecasts, the share of all outcomes among them, and the
   * ratio to the base rate.
   */
  share: number;
  found: number;
  lift: number;
}

/** Returns the lift of each of `parts` shares, or no rows without an outcome. */
export function liftTable(outcomes: readonly LabelledProbability[], parts = 10): Lift[] {
  const sorted = [...outcomes].sort((a, b) => b.p - a.p);
  const all = sorted.reduce((sum, { y }) => sum + y, 0);
  if (all === 0) return [];
  return Array.from({ length: parts }, (_, i) => {
    const share = (i + 1) / parts;
    const found = sorted.slice(0, Math.round(share * sorted.length)).reduce((sum, { y }) => sum + y, 0) / all;
    return { share, found, lift: found / share };
  });
}

/**
 * Returns the cuts of `values` into `parts` of equal numbers: `parts − 1` inner values, ascending.
 */
export function quantiles(values: readonly number[], parts: number): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return Array.from({ length: parts - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / parts)] ?? 0);
}

/**
 * Returns the population stability index of `now` against `then`, over the deciles of `then`
 * (Siddiqi 2006, ch. 6). Below .1 there is no relevant drift. Above .25 the population is new to
 * the model. Empty bins count as half a customer.
 */
export function stability(then: readonly number[], now: readonly number[]): number {
  if (then.length === 0 || now.length === 0) return NaN;
  const cuts = [...new Set(quantiles(then, 10))];
  const shares = (values: readonly number[]): number[] => {
    const counts = new Array<number>(cuts.length + 1).fill(0);
    for (const value of values) {
      const bin = cuts.findIndex((cut) => value < cut);
      const i = bin < 0 ? cuts.length : bin;
      counts[i] = (counts[i] ?? 0) + 1;
    }
    return counts.map((count) => Math.max(count, 0.5) / values.length);
  };
  const before = shares(then);
  return shares(now).reduce(
    (sum, share, i) => sum + (share - (before[i] ?? 1)) * Math.log(share / (before[i] ?? 1)),
    0,
  );
}
