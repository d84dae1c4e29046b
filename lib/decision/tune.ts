import { seeded } from '../random.ts';
import { type Sharpening } from './sharpen.ts';
import { drawnRates, type Plan, playOut } from './simulate.ts';

/** A placement like those to come: its common rate, how many offers, how long it runs. */
export interface Likely {
  rate: number;
  offers: number;
  plan: Plan;
}

/** Powers to begin and to end with that are weighed: even halvings and doublings around Thompson's 1. */
const ladder: Sharpening[] = [0.5, 1, 2].flatMap((from) => [2, 4, 8, 16].map((to) => ({ from, to })));

/** The newest placements stand for all: with these the choice is as good as it gets, in seconds. */
const mostPlayed = 100;

/** The share of what was to be gained over an even draw that a sharpening gained, over all likely placements. */
function gained(
  sharpening: Sharpening,
  { likely, spread, control }: { likely: readonly Likely[]; spread: number; control: number },
): number {
  const sample = likely.slice(-mostPlayed);
  let [gain, most] = [0, 0];
  for (const [i, { rate, offers, plan }] of sample.entries()) {
    const random = seeded(i); // the same placements for every sharpening
    const rates = drawnRates(random, { rate, spread, offers });
    const mean = rates.reduce((sum, one) => sum + one, 0) / offers;
    gain += playOut(rates, plan, { policy: { spread, sharpening, control }, random }).expected - plan.decisions * mean;
    most += plan.decisions * (Math.max(...rates) - mean);
  }
  return most > 0 ? gain / most : 0;
}

/**
 * The sharpening that gains most on placements drawn from the prior itself (a Bayes-optimal choice inside a family of policies, by
 * simulation as in Kuleshov and Precup 2014): nothing but the spread of rates, the usual rates and the plans goes in. The same answer for the
 * same arguments.
 */
export function tunedSharpening(
  likely: readonly Likely[],
  { spread, control }: { spread: number; control: number },
): Sharpening {
  const [first = { from: 1, to: 1 }, ...rest] = ladder;
  let best = { sharpening: first, gain: gained(first, { likely, spread, control }) };
  for (const sharpening of rest) {
    const gain = gained(sharpening, { likely, spread, control });
    if (gain > best.gain) best = { sharpening, gain };
  }
  return best.sharpening;
}
