import { lnBeta } from '../../statistics/distributions/beta-function.ts';
import { type Belief } from './probability-best.ts';

/** How often an offer was seen and how often it succeeded. */
export interface Trials {
  exposed: number;
  won: number;
}

export const noTrials: Trials = { exposed: 0, won: 0 };

export const sumOf = (all: Iterable<Trials>): Trials => {
  const sum = { ...noTrials };
  for (const { exposed, won } of all) [sum.exposed, sum.won] = [sum.exposed + exposed, sum.won + won];
  return sum;
};

/**
 * Scale of the half-Cauchy law that spreads have before anything is known (Gelman 2006): offers of one placement usually differ by less
 * than half of their common rate, and may differ by much more.
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
 * The prior of an offer of a placement: a beta law of mean `rate`, whose standard deviation is `spread` times the rate (times that of
 * failure, where that is rarer).
 */
export function priorOf(rate: number, spread: number): Belief {
  const worth = worthOf(rate, spread);
  return { a: rate * worth, b: (1 - rate) * worth };
}

/** How many tries an offer's rate is worth as a sign of the common rate: its own tries, up to what its prior is worth. */
const telling = ({ exposed }: Trials, worth: number): number => (exposed * worth) / (exposed + worth);

/**
 * The common rate of a placement's offers: their rates weighed by how well each tells it (Kleinman 1973), not by their tries, as those
 * are most of the best offer. Two tries, one of them won, are counted beside.
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
 * ln of the probability of the tries, up to a constant, when every offer's rate comes from the prior: the beta-binomial law (Skellam
 * 1948) with the logit of the common rate integrated out by Laplace's method (Tierney and Kadane 1986).
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
 * How much the rates of offers of one placement differ, as a share of their common rate: the posterior mean over what several
 * placements showed (parametric empirical Bayes: Morris 1983; Kass and Steffey 1989), by a sum over a grid. With
 * nothing seen it is the mean of what is usual. Tries may be of a policy that learns from them.
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

/** What is believed of each offer of a placement: the prior that all share, and the offer's own tries. */
export function beliefsOf(offers: readonly Trials[], spread: number): Belief[] {
  const { a, b } = priorOf(commonRate(offers, spread), spread);
  return offers.map(({ exposed, won }) => ({ a: a + won, b: b + Math.max(0, exposed - won) }));
}
