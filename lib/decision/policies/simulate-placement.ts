import { beta, binomial, dealt, type Random } from '../../shared/random.ts';
import { probabilitiesBest } from '../beliefs/probability-best.ts';
import { beliefsOf, priorOf, type Trials } from '../beliefs/prior-beliefs.ts';
import { propensities, type Temperature, temperatureAt } from './propensities.ts';

/** How a placement is to run: so many decisions, learnt from in so many equal batches. */
export interface PlacementSimulation {
  decisions: number;
  batches: number;
}

export interface SimulatedPolicy {
  spread: number;
  sharpening: Temperature;
  control: number;
}

export interface SimulatedCourse {
  /** What every offer came to. */
  tries: Trials[];
  /** Sum of the true rates of all that was shown: the reward without its luck. */
  expected: number;
}

/**
 * Simulates one placement from beginning to end, with true success rates `rates`. Without a policy
 * every draw is even.
 */
export function simulatePlacement(
  rates: readonly number[],
  plan: PlacementSimulation,
  { policy, random }: OfferDraws,
): SimulatedCourse {
  const tries = rates.map(() => ({ exposed: 0, won: 0 }));
  let expected = 0;
  for (let batch = 0; batch < plan.batches; batch++) {
    const size =
      Math.floor(((batch + 1) * plan.decisions) / plan.batches) - Math.floor((batch * plan.decisions) / plan.batches);
    const shown = dealt(
      random,
      size,
      policy ? sharesOf(tries, policy, batch / plan.batches) : rates.map(() => 1 / rates.length),
    );
    for (const [i, one] of tries.entries()) {
      const [n, chance] = [shown[i] ?? 0, rates[i] ?? 0];
      one.exposed += n;
      one.won += binomial(random, { n, chance });
      expected += n * chance;
    }
  }
  return { tries, expected };
}

export interface OfferDraws {
  policy?: SimulatedPolicy;
  random: Random;
}

function sharesOf(tries: Trials[], { spread, sharpening, control }: SimulatedPolicy, progress: number): number[] {
  const chances = probabilitiesBest(beliefsOf(tries, spread));
  return propensities(chances, { sharpening: temperatureAt(sharpening, progress), control });
}

/** True rates as the prior has them. */
export function drawOfferRates(
  random: Random,
  { rate, spread, offers }: { rate: number; spread: number; offers: number },
): number[] {
  const prior = priorOf(rate, spread);
  return Array.from({ length: offers }, () => beta(random, prior));
}
