import { RiskBand } from '../../model/churn-risk.ts';
import { type CustomerFeatures } from './feature-columns.ts';
import { probability } from './explain-logit.ts';
import { type ChurnModel } from './churn-model.ts';

/** Returns the band of a probability by the limits of a model. */
export function bandAt({ bands }: Pick<ChurnModel, 'bands'>, p: number): RiskBand {
  if (p >= bands.high) return 'high';
  return p >= bands.medium ? 'medium' : 'low';
}

/** Who stays in a band that long is looked at again when something happens. */
const farthestDays = 730;
const minute = 1 / 1440;

/**
 * Returns the day (since 1970, with its fraction) on which the band changes without further
 * touchpoints. Undefined if two years bring no change. The probability never falls with time alone,
 * so bisection to the minute needs twenty scores and no read.
 */
export function bandChangesAt(model: ChurnModel, known: CustomerFeatures, now: number): number | undefined {
  const bandOn = (day: number) => bandAt(model, probability(model, known, day) ?? 0);
  const band = bandOn(now);
  let [same, other] = [now, now + farthestDays];
  if (!known.habit || band === RiskBand.options.at(-1) || bandOn(other) === band) return undefined;
  while (other - same > minute) {
    const middle = (same + other) / 2;
    if (bandOn(middle) === band) same = middle;
    else other = middle;
  }
  return other;
}
