import { probabilitiesBest, probabilitiesHighest } from '../beliefs/probability-best.ts';
import { beliefsIn, type OfferLinearModel } from '../beliefs/linear-model.ts';
import { type Policy, powerOf } from './policy.ts';
import { beliefsAt, type OfferStats } from '../beliefs/offer-beliefs.ts';
import { propensities } from './propensities.ts';

/**
 * Share of decisions drawn evenly among the offers: a lasting control, and a floor under every
 * propensity.
 */
export const control = 0.05;

/** A linear model and the offers its beliefs are of, in its order. */
export interface Linear {
  offers: readonly string[];
  model: OfferLinearModel;
}

/** What a policy ranks by. */
export interface PolicyInputs {
  stats: OfferStats;
  linear?: Linear | undefined;
  /** Share of the plan that is done. */
  progress: number;
}

/** Offers that compete for one customer. */
export interface Candidates {
  offers: readonly string[];
  stage: string;
  context?: readonly number[] | undefined;
}

/**
 * For each competing offer the expected success rate, and the exact probability of being chosen.
 */
export interface OfferRanking {
  expected: number[];
  shares: number[];
}

/**
 * Returns the expected success of each offer: by context if there is a model and a context, else by
 * stage.
 */
function chancesOf({ offers, stage, context }: Candidates, policy: Policy, { stats, linear }: PolicyInputs) {
  if (policy.kind === 'linear' && linear && context) {
    const all = beliefsIn(linear.model, context);
    const unknown = { mean: linear.model.common, deviation: Math.sqrt(linear.model.noise) };
    const beliefs = offers.map((offer) => all[linear.offers.indexOf(offer)] ?? unknown);
    return { expected: beliefs.map(({ mean }) => mean), chances: probabilitiesHighest(beliefs) };
  }
  const beliefs = beliefsAt(stats, { offers, stage });
  return { expected: beliefs.map(({ a, b }) => a / (a + b)), chances: probabilitiesBest(beliefs) };
}

/**
 * Ranks offers by the chance that their success rate is the highest (Thompson 1933), sharpened and
 * mixed with the even draw of `control`. With a context, rates are those of a linear model (Agrawal
 * and Goyal 2013). Chances are integrated, never drawn, so the shares are exact.
 */
export function rankOffers(contest: Candidates, policy: Policy, knowledge: PolicyInputs): OfferRanking {
  const { expected, chances } = chancesOf(contest, policy, knowledge);
  const sharpening = powerOf(policy, knowledge.progress);
  return { expected, shares: propensities(chances, { sharpening, control }) };
}
