import { normalQuantile } from '../../statistics/distributions/normal.ts';

/** One logged decision, seen by the policy that is judged. */
export interface LoggedReward {
  reward: number;
  /** The probability with which the logging policy chose what it chose: above 0. */
  propensity: number;
  /** The probability with which the judged policy would have chosen the same. */
  target: number;
}

/**
 * A row with the rewards that a model expects: for the choice, and for the judged policy (mean over
 * its choices).
 */
export interface ModelledReward extends LoggedReward {
  expected: number;
  expectedOfTarget: number;
}

/** An estimate of the mean reward, its standard error and its interval. */
export interface Estimate {
  value: number;
  error: number;
  low: number;
  high: number;
}

/**
 * Weights of a log. Their mean is 1 if propensities are true. `effective` is the number of evenly
 * weighted rows they are worth.
 */
export interface Weights {
  mean: number;
  effective: number;
  /**
   * The mean is so far from 1 that propensities or the log must be wrong. No estimate of such a log
   * is valid.
   */
  alarm: boolean;
}

/** How far from 1 the mean weight may lie. */
const mostOff = 0.2;

const weightOf = ({ propensity, target }: LoggedReward): number => target / propensity;

const meanOf = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0) / Math.max(1, all.length);

/**
 * Returns the weights of a log. `effective` is the size of Kish (1965): the squared sum over the
 * sum of squares. An empty log is an alarm.
 */
export function weightsOf(log: readonly LoggedReward[]): Weights {
  const weights = log.map(weightOf);
  const [sum, squares] = [meanOf(weights) * log.length, weights.reduce((total, w) => total + w * w, 0)];
  const mean = meanOf(weights);
  return { mean, effective: squares > 0 ? sum ** 2 / squares : 0, alarm: !(Math.abs(mean - 1) <= mostOff) };
}

/** Returns the mean of `parts` with an interval of `confidence`, by the central limit theorem. */
function estimated(parts: readonly number[], confidence: number): Estimate {
  const value = meanOf(parts);
  const n = parts.length;
  const variance = n > 1 ? parts.reduce((sum, part) => sum + (part - value) ** 2, 0) / (n - 1) : Infinity;
  const error = Math.sqrt(variance / Math.max(1, n));
  const margin = normalQuantile((1 + confidence) / 2) * error;
  return { value, error, low: value - margin, high: value + margin };
}

const usual = 0.95;

/**
 * Inverse propensity weighting (Horvitz and Thompson 1952): unbiased, with a wide interval for
 * uneven weights.
 */
export function ipw(log: readonly LoggedReward[], confidence = usual): Estimate {
  return estimated(
    log.map((row) => weightOf(row) * row.reward),
    confidence,
  );
}

/**
 * Self-normalised weighting (Swaminathan and Joachims 2015): the weighted mean, its error by the
 * delta method. NaN without weight.
 */
export function snipw(log: readonly LoggedReward[], confidence = usual): Estimate {
  const { mean } = weightsOf(log);
  const value = meanOf(log.map((row) => weightOf(row) * row.reward)) / mean;
  const around = estimated(
    log.map((row) => (weightOf(row) * (row.reward - value)) / mean),
    confidence,
  );
  return { value, error: around.error, low: value + around.low, high: value + around.high };
}

/**
 * Doubly robust estimator (Dudík, Langford and Li 2011): right if either propensities or reward
 * model are.
 */
export function doublyRobust(log: readonly ModelledReward[], confidence = usual): Estimate {
  return estimated(
    log.map((row) => row.expectedOfTarget + weightOf(row) * (row.reward - row.expected)),
    confidence,
  );
}

/**
 * Returns whether the new policy replaces the old one: the log can judge both (no alarm), and the
 * lower bound of the difference of their doubly robust values, row by row, is above `margin`. Both
 * logs hold the same rows in the same order.
 */
export function replaces(
  fresh: readonly ModelledReward[],
  old: readonly ModelledReward[],
  { confidence = usual, margin = 0 } = {},
): boolean {
  return !weightsOf(fresh).alarm && !weightsOf(old).alarm && difference(fresh, old, confidence).low > margin;
}

/** How much better the first policy is than the second, on the same rows. */
export function difference(
  fresh: readonly ModelledReward[],
  old: readonly ModelledReward[],
  confidence = usual,
): Estimate {
  if (fresh.length !== old.length) throw new RangeError(`${fresh.length} rows against ${old.length}`);
  const part = (row: ModelledReward): number => row.expectedOfTarget + weightOf(row) * (row.reward - row.expected);
  return estimated(
    fresh.map((row, i) => part(row) - (old[i] ? part(old[i]) : 0)),
    confidence,
  );
}
