import { seeded } from '../../shared/random.ts';
import { beliefsOf } from '../beliefs/prior-beliefs.ts';
import { type Temperature } from './propensities.ts';
import { drawOfferRates, type PlacementSimulation, simulatePlacement } from './simulate-placement.ts';

/** A placement like those to come: its common rate, how many offers, how long it runs. */
export interface Likely {
  rate: number;
  offers: number;
  plan: PlacementSimulation;
}

export interface Terms {
  spread: number;
  control: number;
  /** For how long the winner is shown when the plan is over, as a share of the plan. */
  after?: number;
}

/** Powers to begin and to end with that are weighed: halvings and doublings around Thompson's 1. */
const [beginnings, ends] = [
  [0.5, 1, 2],
  [2, 4, 8, 16],
];

/** Placements simulated: the newest, repeated with other rates if there are fewer. */
const played = 300;

/**
 * Returns the worth of a sharpening on many placements drawn from the prior: the reward of the
 * plan, and that of its winner shown afterwards. So finding the best offer counts, and so do losses
 * of the search.
 */
function worthsOf(
  sharpening: Temperature,
  likely: readonly Likely[],
  { spread, control, after = 0.5 }: Terms,
): number[] {
  const newest = likely.slice(-played);
  const rounds = Math.ceil(played / Math.max(1, newest.length));
  const placements = Array.from({ length: rounds }, () => newest).flat();
  return placements.slice(0, played).map(({ rate, offers, plan }, i) => {
    const random = seeded(i); // the same placements for every sharpening
    const rates = drawOfferRates(random, { rate, spread, offers });
    const { tries, expected } = simulatePlacement(rates, plan, { policy: { spread, sharpening, control }, random });
    const believed = beliefsOf(tries, spread).map(({ a, b }) => a / (a + b));
    const winner = rates[believed.indexOf(Math.max(...believed))] ?? 0;
    return expected + after * plan.decisions * winner;
  });
}

const sumOf = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0);

/**
 * Returns the weighted geometric mean of powers. One that is z standard errors behind the best,
 * placement by placement, weighs e^(−z²/2), so that chance does not pick one of two that are nearly
 * equal.
 */
function averaged(powers: readonly number[], worths: readonly (readonly number[])[]): number {
  const top = worths.reduce((most, one) => (sumOf(one) > sumOf(most) ? one : most), worths[0] ?? []);
  const weights = worths.map((one) => {
    const behind = top.map((worth, i) => worth - (one[i] ?? 0));
    const error = Math.sqrt(sumOf(behind.map((gap) => gap * gap)));
    return error > 0 ? Math.exp(-0.5 * (sumOf(behind) / error) ** 2) : 1;
  });
  return Math.exp(sumOf(powers.map((power, i) => Math.log(power) * (weights[i] ?? 0))) / sumOf(weights));
}

/**
 * Returns the temperature of highest worth on placements drawn from the prior (a choice within a
 * family of policies by simulation, as in Kuleshov and Precup 2014). Its inputs are the spread of
 * rates, usual rates and plans, no outcome of a policy. First chooses the end, then the beginning.
 * Deterministic.
 */
export function tuneTemperature(likely: readonly Likely[], terms: Terms): Temperature {
  const ended = ends.map((to) => worthsOf({ from: 1, to }, likely, terms));
  const to = likely.length > 0 ? averaged(ends, ended) : 1;
  const begun = beginnings.map((from) => worthsOf({ from, to }, likely, terms));
  return { from: averaged(beginnings, begun), to };
}
