import { lnBeta } from '../../statistics/distributions/beta-function.ts';
import { type Belief } from './probability-best.ts';

/** How often an offer was seen and how often it succeeded. */
export interface Trials {
  exposed: number;
  won: number;
}

/** The trials of an offer that was never shown. */
export const noTrials: Trials = { exposed: 0, won: 0 };

/** Adds up trials. */
export const sumOf = (all: Iterable<Trials>): Trials => {
  const sum = { ...noTrials };
  for (const { exposed, won } of all) [sum.exposed, sum.won] = [sum.exposed + exposed, sum.won + won];
  return sum;
};

/**
 * Scale of the half-Cauchy prior of spreads (Gelman 2006). Rates of one placement usually differ by
 * less than half of their common rate, and may differ by much more.
 */
const usualSpread = 0.5;

/** Spreads that are weighed against each other: evenly spaced on a logarithmic scale, 2 % to 2. */
const spreads = Array.from({ length: 24 }, (_, i) => 0.02 * 100 ** (i / 23));

/** How many tries the prior of that spread is worth: its a + b. */
function worthOf(rate: number, spread: number): number {
  const rarer = Math.min(rate, 1 - rate);
  return Math.max((1 - rarer) / (rarer * spread ** 2) - 1, 1);
}

/**
 * Returns the prior of an offer: a beta law of mean `rate`, with a standard deviation of `spread`
 * times the rate (or times the failure rate, if that is smaller).
 */
export function priorOf(rate: number, spread: number): Belief {
  const worth = worthOf(rate, spread);
  return { a: rate * worth, b: (1 - rate) * worth };
}

/**
 * Returns the weight of an offer's rate as a sign of the common rate, in trials: its own, up to the
 * prior's.
 */
const telling = ({ exposed }: Trials, worth: number): number => (exposed * worth) / (exposed + worth);

/**
 * Returns the common rate of a placement's offers, weighted by how well each rate is known
 * (Kleinman 1973), not by trials, most of which are the best offer's. Two trials, one of them won,
 * are added.
 */
export function commonRate(offers: readonly Trials[], spread: number): number {
  const { exposed, won } = sumOf(offers);
  let rate = (won + 1) / (exposed + 2);
  for (let step = 0; step < 3; step++) {
    const worth = worthOf(rate, spread);
    let [sum, weights] = [1, 2];
    for (const offer of offers) {
      if (offer.exposed === 0) continue;
      const weight = telling(offer, worth);
      sum += (weight * offer.won) / offer.exposed;
      weights += weight;
    }
    rate = sum / weights;
  }
  return rate;
}

/**
 * Returns ln of the probability of the trials, up to a constant, if every rate comes from the
 * prior: the beta-binomial law (Skellam 1948), with the logit of the common rate integrated out by
 * Laplace's method (Tierney and Kadane 1986).
 */
function evidence(offers: Trials[], spread: number): number {
  const rate = commonRate(offers, spread);
  const { a, b } = priorOf(rate, spread);
  const start = lnBeta(a, b);
  const fit = offers.reduce((sum, { exposed, won }) => sum + lnBeta(a + won, b + exposed - won) - start, 0);
  const information = offers.reduce((sum, offer) => sum + telling(offer, a + b), 0);
  return fit - 0.5 * Math.log(information * rate * (1 - rate));
}

/**
 * Returns how much the rates of one placement's offers differ, as a share of their common rate: the
 * posterior mean over several placements, on a grid (parametric empirical Bayes: Morris 1983; Kass
 * and Steffey 1989). Without data it is the prior's mean. A policy may learn from the trials.
 */
export function priorSpread(placements: Iterable<readonly Trials[]>): number {
  const logs = spreads.map((spread) => Math.log(spread) - Math.log1p((spread / usualSpread) ** 2)); // even in ln(spread)
  for (const offers of placements) {
    const seen = offers.filter(({ exposed }) => exposed > 0);
    if (seen.length > 1) spreads.forEach((spread, i) => (logs[i] = (logs[i] ?? 0) + evidence(seen, spread)));
  }
  const peak = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - peak));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return spreads.reduce((sum, spread, i) => sum + (spread * (weights[i] ?? 0)) / whole, 0);
}

/**
 * Returns a belief about each offer of a placement: the common prior and the offer's own trials.
 */
export function beliefsOf(offers: readonly Trials[], spread: number): Belief[] {
  const { a, b } = priorOf(commonRate(offers, spread), spread);
  return offers.map(({ exposed, won }) => ({ a: a + won, b: b + Math.max(0, exposed - won) }));
}
