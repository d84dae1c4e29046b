import { seeded } from '../random.ts';
import { beliefsOf } from './prior.ts';
import { type Sharpening } from './sharpen.ts';
import { drawnRates, type Plan, playOut } from './simulate.ts';

/** A placement like those to come: its common rate, how many offers, how long it runs. */
export interface Likely {
  rate: number;
  offers: number;
  plan: Plan;
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

/** How many placements are played: the newest, again and again with other rates where there are fewer. */
const played = 300;

/**
 * What a sharpening is worth on placements drawn from the prior: the reward of the plan, and that of its winner shown afterwards. So
 * finding the best offer counts beside not losing by the search.
 */
function worthOf(sharpening: Sharpening, likely: readonly Likely[], { spread, control, after = 0.5 }: Terms): number {
  const newest = likely.slice(-played);
  const rounds = Math.ceil(played / Math.max(1, newest.length));
  const placements = Array.from({ length: rounds }, () => newest).flat();
  return placements.slice(0, played).reduce((sum, { rate, offers, plan }, i) => {
    const random = seeded(i); // the same placements for every sharpening
    const rates = drawnRates(random, { rate, spread, offers });
    const { tries, expected } = playOut(rates, plan, { policy: { spread, sharpening, control }, random });
    const believed = beliefsOf(tries, spread).map(({ a, b }) => a / (a + b));
    const winner = rates[believed.indexOf(Math.max(...believed))] ?? 0;
    return sum + expected + after * plan.decisions * winner;
  }, 0);
}

/** The one of most worth, the first of equals. */
function best(all: readonly Sharpening[], worth: (one: Sharpening) => number): Sharpening {
  return all.reduce((most, one) => (worth(one) > worth(most) ? one : most));
}

/**
 * The sharpening that is worth most on placements drawn from the prior itself (a choice inside a family of policies by simulation, as
 * Kuleshov and Precup 2014 compare them): the spread of rates, the usual rates and the plans go in, no outcome of a policy. First the end
 * is chosen, then the beginning. The same answer for the same arguments.
 */
export function tunedSharpening(likely: readonly Likely[], terms: Terms): Sharpening {
  const worths = new Map<string, number>();
  const worth = (one: Sharpening): number => {
    const known = worths.get(`${one.from} ${one.to}`) ?? worthOf(one, likely, terms);
    worths.set(`${one.from} ${one.to}`, known);
    return known;
  };
  const ended = ends.map((to) => ({ from: 1, to }));
  const { to } = best(ended, worth);
  return best(
    beginnings.map((from) => ({ from, to })),
    worth,
  );
}
