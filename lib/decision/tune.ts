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
}

/** Powers to begin and to end with that are weighed: halvings and doublings around Thompson's 1. */
const [beginnings, ends] = [
  [0.5, 1, 2],
  [2, 4, 8, 16],
];

/** The newest placements stand for all: the choice is made in seconds. */
const mostPlayed = 150;

/**
 * What a sharpening is worth on placements drawn from the prior: the reward of the plan, and that of its winner shown for as long again. So
 * finding the best offer counts as much as not losing by the search.
 */
function worthOf(sharpening: Sharpening, likely: readonly Likely[], { spread, control }: Terms): number {
  return likely.slice(-mostPlayed).reduce((sum, { rate, offers, plan }, i) => {
    const random = seeded(i); // the same placements for every sharpening
    const rates = drawnRates(random, { rate, spread, offers });
    const { tries, expected } = playOut(rates, plan, { policy: { spread, sharpening, control }, random });
    const believed = beliefsOf(tries, spread).map(({ a, b }) => a / (a + b));
    const winner = rates[believed.indexOf(Math.max(...believed))] ?? 0;
    return sum + expected + plan.decisions * winner;
  }, 0);
}

/** The one of most worth, the first of equals. */
function best(all: readonly Sharpening[], worth: (one: Sharpening) => number): Sharpening | undefined {
  const worths = all.map(worth);
  return all[worths.indexOf(Math.max(...worths))];
}

/**
 * The sharpening that is worth most on placements drawn from the prior itself (a choice inside a family of policies by simulation, as
 * Kuleshov and Precup 2014 compare them): the spread of rates, the usual rates and the plans go in, no outcome of a policy. First the end
 * is chosen, then the beginning. The same answer for the same arguments.
 */
export function tunedSharpening(likely: readonly Likely[], terms: Terms): Sharpening {
  const worth = (one: Sharpening): number => worthOf(one, likely, terms);
  const thompson = { from: 1, to: 1 };
  const { to } =
    best(
      ends.map((end) => ({ from: 1, to: end })),
      worth,
    ) ?? thompson;
  return (
    best(
      beginnings.map((from) => ({ from, to })),
      worth,
    ) ?? thompson
  );
}
