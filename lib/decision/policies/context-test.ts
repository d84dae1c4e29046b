import { difference, type Estimate, type ModelledReward } from './policy-estimate.ts';
import {
  addShownOffer,
  beliefsIn,
  emptySums,
  type OfferLinearModel,
  fitOfferLinearModel,
  type ShownOffer,
} from '../beliefs/linear-model.ts';

/** A decision whose outcome is known, with the probability it was made with. */
export interface LoggedContext extends ShownOffer {
  propensity: number;
}

export interface ContextTestInput {
  offers: number;
  features: number;
  folds?: number;
  confidence?: number;
}

export interface ContextVerdict {
  /** True only when the whole interval of `gain` lies above 0. */
  helps: boolean;
  /**
   * Mean reward of choosing by context less that of the best single offer, on decisions that
   * neither was learnt from.
   */
  gain: Estimate;
}

function modelOf(log: Iterable<LoggedContext>, { offers, features }: ContextTestInput): OfferLinearModel {
  const sums = emptySums(offers, features);
  addShownOffer(sums, log);
  return fitOfferLinearModel(sums);
}

/**
 * Returns the offer of the highest mean reward over all contexts, weighted by inverse propensities.
 */
function bestAlone(log: Iterable<LoggedContext>, offers: number): number {
  const sums = Array.from({ length: offers }, () => ({ reward: 0, weight: 0 }));
  for (const { offer, reward, propensity } of log) {
    const sum = sums[offer];
    if (sum) [sum.reward, sum.weight] = [sum.reward + reward / propensity, sum.weight + 1 / propensity];
  }
  return highest(sums.map(({ reward, weight }) => (weight > 0 ? reward / weight : -Infinity)));
}

const highest = (values: number[]): number => values.indexOf(Math.max(...values));

/** How a policy that chooses `choice` for certain is judged by one decision. */
function judged({ offer, reward, propensity }: LoggedContext, choice: number, expected: number[]): ModelledReward {
  const model = { expected: expected[offer] ?? 0, expectedOfTarget: expected[choice] ?? 0 };
  return { reward, propensity, target: Number(choice === offer), ...model };
}

/**
 * Returns whether choosing by context beats the best single offer. Each fold (by place in the log)
 * is judged by models of the other folds (cross-fitting: Chernozhukov et al. 2018), row by row with
 * the doubly robust estimator. Every offer needs a propensity above 0.
 */
export function contextHelps(log: readonly LoggedContext[], asked: ContextTestInput): ContextVerdict {
  const { folds = 5, confidence = 0.95, offers } = asked;
  const [fresh, old]: [ModelledReward[], ModelledReward[]] = [[], []];
  for (let fold = 0; fold < folds; fold++) {
    const learnt = log.filter((_, i) => i % folds !== fold);
    const model = modelOf(learnt, asked);
    const alone = bestAlone(learnt, offers);
    for (const row of log.filter((_, i) => i % folds === fold)) {
      const expected = beliefsIn(model, row.context).map(({ mean }) => mean);
      fresh.push(judged(row, highest(expected), expected));
      old.push(judged(row, alone, expected));
    }
  }
  const gain = difference(fresh, old, confidence);
  return { helps: gain.low > 0, gain };
}
