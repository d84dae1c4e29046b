import { probabilitiesBest, probabilitiesHighest } from '../beliefs/probability-best.ts';
import { beliefsIn, type OfferLinearModel } from '../beliefs/linear-model.ts';
import { type Policy, powerOf } from './policy.ts';
import { beliefsAt, type OfferStats } from '../beliefs/offer-beliefs.ts';
import { propensities } from './propensities.ts';

/** One decision in twenty is drawn evenly among the offers that may be shown: a lasting control, and a floor under every propensity. */
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

/** Of each offer that competes: the success rate we expect, and the probability of being chosen, exact. */
export interface OfferRanking {
  expected: number[];
  shares: number[];
}

/** What success is expected of each offer: by the context where there is a model and a context, else by the stage. */
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
 * The chance of each offer's success rate being the highest (Thompson 1933), sharpened and mixed with the even draw of `control`. By context
 * the rates are those of a linear model (Agrawal and Goyal 2013). Chances are integrated, never drawn, so shares are the truth.
 */
export function rankOffers(contest: Candidates, policy: Policy, knowledge: PolicyInputs): OfferRanking {
  const { expected, chances } = chancesOf(contest, policy, knowledge);
  const sharpening = powerOf(policy, knowledge.progress);
  return { expected, shares: propensities(chances, { sharpening, control }) };
}
