import { type NormalBelief } from './probability-best.ts';
import { cholesky, dot, forward, solve, type Square } from '../../statistics/numerics/cholesky.ts';

/**
 * Observations of one offer: sums over its exposures of x·xᵀ, x·reward and reward², where x is 1
 * and the context. Only sums, so those of two shards add up, in any order.
 */
export interface OfferSums {
  gram: Float64Array;
  moment: Float64Array;
  squares: number;
}

/** A showing of an offer in a context, and its reward. */
export interface ShownOffer {
  offer: number;
  context: readonly number[];
  reward: number;
}

/** Sums by offer, of contexts of `features` numbers. */
export interface LinearSums {
  features: number;
  offers: OfferSums[];
}

/** Returns sums of no exposure. */
export function emptySums(offers: number, features: number): LinearSums {
  const size = features + 1;
  const empty = (): OfferSums => ({ gram: new Float64Array(size * size), moment: new Float64Array(size), squares: 0 });
  return { features, offers: Array.from({ length: offers }, empty) };
}

const vectorOf = (context: readonly number[], features: number): Float64Array =>
  Float64Array.from({ length: features + 1 }, (_, i) => (i === 0 ? 1 : (context[i - 1] ?? 0)));

const at = (values: Float64Array, i: number): number => values[i] ?? 0;

/** Adds a batch to the sums, in place. What is no offer is left out. */
export function addShownOffer({ features, offers }: LinearSums, batch: Iterable<ShownOffer>): void {
  for (const { offer, context, reward } of batch) {
    const sums = offers[offer];
    if (!sums) continue;
    const x = vectorOf(context, features);
    for (let i = 0; i <= features; i++) {
      sums.moment[i] = at(sums.moment, i) + at(x, i) * reward;
      for (let j = 0; j <= features; j++)
        sums.gram[i * (features + 1) + j] = at(sums.gram, i * (features + 1) + j) + at(x, i) * at(x, j);
    }
    sums.squares += reward * reward;
  }
}

/**
 * Means and deviations of the context over all offers. A constant has deviation ∞, so its
 * standardised value is 0.
 */
interface Scale {
  means: Float64Array;
  deviations: Float64Array;
}

function scaleOf({ features, offers }: LinearSums): Scale {
  const size = features + 1;
  const total = (i: number) => offers.reduce((sum, { gram }) => sum + at(gram, i), 0);
  const n = Math.max(1, total(0));
  const means = Float64Array.from({ length: size }, (_, i) => (i === 0 ? 0 : total(i) / n));
  const deviations = means.map((mean, i) => {
    const square = total(i * size + i) / n;
    const variance = square - mean * mean;
    return i === 0 ? 1 : variance > 1e-12 * square ? Math.sqrt(variance) : Infinity;
  });
  return { means, deviations };
}

/** Mean reward over all offers. */
function commonReward({ offers }: LinearSums): number {
  const total = (of: (sums: OfferSums) => number) => offers.reduce((sum, one) => sum + of(one), 0);
  return (
    total(({ moment }) => at(moment, 0)) /
    Math.max(
      1,
      total(({ gram }) => at(gram, 0)),
    )
  );
}

/** The sums as if that much had been taken off every reward. */
const lowered = ({ gram, moment, squares }: OfferSums, by: number): OfferSums => ({
  gram,
  moment: moment.map((sum, i) => sum - by * at(gram, i)),
  squares: squares - 2 * by * at(moment, 0) + by * by * at(gram, 0),
});

/** The sums as if contexts had been standardised before they were added. */
function standardised(
  { gram, moment }: OfferSums,
  { means, deviations }: Scale,
): { gram: Square; moment: Float64Array } {
  const size = means.length;
  const n = at(gram, 0);
  const entries = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      const [mi, mj] = [at(means, i), at(means, j)];
      const centred = at(gram, i * size + j) - mi * at(gram, j) - mj * at(gram, i) + mi * mj * n;
      entries[i * size + j] = centred / (at(deviations, i) * at(deviations, j));
    }
  return {
    gram: { size, entries },
    moment: moment.map((sum, i) => (sum - at(means, i) * at(moment, 0)) / at(deviations, i)),
  };
}

interface OfferFit {
  lower: Square;
  weights: Float64Array;
  /** Sum of squares that the weights leave unexplained. */
  rest: number;
}

/**
 * Fits a Bayesian ridge regression of the rewards of one offer (Agrawal and Goyal 2013, §2.1; noise
 * by its inverse gamma posterior, Bishop 2006, §3.3, from a prior worth two rewards of variance
 * 1/4). Each weight's prior precision is worth as many exposures as there are weights.
 */
function fitOffer(sums: OfferSums, scale: Scale): OfferFit {
  const { gram, moment } = standardised(sums, scale);
  const { size } = gram;
  for (let i = 0; i < size; i++) gram.entries[i * size + i] = at(gram.entries, i * size + i) + size;
  const lower = cholesky(gram);
  const weights = solve(lower, moment);
  return { lower, weights, rest: Math.max(0, sums.squares - dot(weights, moment)) };
}

/** A linear model of each offer on a common scale. */
export interface OfferLinearModel {
  scale: Scale;
  common: number;
  offers: OfferFit[];
  noise: number;
}

/** The model by all that was seen so far: to be made once a batch. */
export function fitOfferLinearModel(sums: LinearSums): OfferLinearModel {
  const scale = scaleOf(sums);
  const common = commonReward(sums);
  const offers = sums.offers.map((offer) => fitOffer(lowered(offer, common), scale));
  const rest = offers.reduce((sum, offer) => sum + offer.rest, 0);
  const seen = sums.offers.reduce((sum, { gram }) => sum + at(gram, 0), 0);
  return { scale, common, offers, noise: (rest + 0.5) / (seen + 2) };
}

/**
 * Returns a belief about each offer's reward in a context: normal laws, independent between offers.
 * Linear Thompson sampling (LinTS) draws from these; `probabilitiesHighest` gives the probability
 * of each draw.
 */
export function beliefsIn(
  { scale, common, offers, noise }: OfferLinearModel,
  context: readonly number[],
): NormalBelief[] {
  const { means, deviations } = scale;
  const x = vectorOf(context, means.length - 1).map((value, i) => (value - at(means, i)) / at(deviations, i));
  return offers.map(({ lower, weights }) => {
    const half = forward(lower, x);
    return { mean: common + dot(weights, x), deviation: Math.sqrt(noise * dot(half, half)) };
  });
}
