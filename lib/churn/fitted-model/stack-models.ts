import { logistic, logit } from '../../statistics/learning/training-rows.ts';
import { logLoss, type LabelledProbability } from '../../statistics/learning/model-metrics.ts';

/**
 * Combines two models that forecast the same examples. The share of the second is the one of least
 * log loss, by tenths.
 */
export function stackModels(
  one: readonly LabelledProbability[],
  other: readonly LabelledProbability[],
): { share: number; outcomes: LabelledProbability[] } {
  const mixes = Array.from({ length: 11 }, (_, tenths) => {
    const share = tenths / 10;
    const mixed = (p: number, i: number) => logistic((1 - share) * logit(one[i]?.p ?? p) + share * logit(p));
    return { share, outcomes: other.map(({ p, y }, i) => ({ p: mixed(p, i), y })) };
  });
  return mixes.reduce((a, b) => (logLoss(b.outcomes) < logLoss(a.outcomes) ? b : a));
}

const meanLogit = (outcomes: readonly LabelledProbability[]): number =>
  outcomes.reduce((sum, { p }) => sum + logit(p), 0) / Math.max(1, outcomes.length);

/** What brings the second forecasts to the mean level of the first. */
export const levelling = (one: readonly LabelledProbability[], other: readonly LabelledProbability[]): number =>
  meanLogit(one) - meanLogit(other);

export const shiftLogits = (outcomes: readonly LabelledProbability[], by: number): LabelledProbability[] =>
  by === 0 ? [...outcomes] : outcomes.map(({ p, y }) => ({ p: logistic(logit(p) + by), y }));
