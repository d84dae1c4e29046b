import { beta, binomial, dealt, type Random } from '../../shared/random.ts';
import { probabilitiesBest } from '../beliefs/probability-best.ts';
import { beliefsOf, priorOf, type Tries } from '../beliefs/prior-beliefs.ts';
import { propensities, type Sharpening, sharpeningAt } from './propensities.ts';

/** How a placement is to run: so many decisions, learnt from in so many equal batches. */
export interface Plan {
  decisions: number;
  batches: number;
}

export interface Policy {
  spread: number;
  sharpening: Sharpening;
  control: number;
}

export interface Course {
  /** What every offer came to. */
  tries: Tries[];
  /** Sum of the true rates of all that was shown: the reward without its luck. */
  expected: number;
}

/** One placement from its beginning to its end, where offers truly succeed at `rates`. Without a policy every draw is even. */
export function playOut(rates: readonly number[], plan: Plan, { policy, random }: Hand): Course {
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

export interface Hand {
  policy?: Policy;
  random: Random;
}

function sharesOf(tries: Tries[], { spread, sharpening, control }: Policy, progress: number): number[] {
  const chances = probabilitiesBest(beliefsOf(tries, spread));
  return propensities(chances, { sharpening: sharpeningAt(sharpening, progress), control });
}

/** True rates as the prior has them. */
export function drawnRates(
  random: Random,
  { rate, spread, offers }: { rate: number; spread: number; offers: number },
): number[] {
  const prior = priorOf(rate, spread);
  return Array.from({ length: offers }, () => beta(random, prior));
}
