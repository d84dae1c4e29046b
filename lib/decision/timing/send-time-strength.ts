import { normalQuantile } from '../../statistics/distributions/normal.ts';
import {
  type Engagement,
  globalHours,
  type SendTimeStats,
  sendTimeStatsOf,
  hoursOf,
  type Strengths,
} from './send-time.ts';

/** Acts the level above may be worth: doublings, and at last so many that the level itself has no say. */
const ladder = [5, 10, 20, 40, 80, 160, 320, 640, Infinity];

/** A level is used only when it is better with this confidence. */
const confidence = 0.95;

/** ln of the probability given to what then happened, act by act. */
function logs(habits: SendTimeStats, later: readonly Engagement[], strengths: Strengths): number[] {
  const known = new Map<string, number[]>();
  return later.map((act) => {
    const key = JSON.stringify([act.customer, act.segment]);
    const chances = known.get(key) ?? hoursOf(habits, act, strengths);
    known.set(key, chances);
    return Math.log(chances[act.hour] ?? Number.MIN_VALUE);
  });
}

const meanOf = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0) / Math.max(1, all.length);

/** Whether the first is better beyond chance, act by act. */
function better(one: readonly number[], other: readonly number[]): boolean {
  const gains = one.map((log, i) => log - (other[i] ?? 0));
  const mean = meanOf(gains);
  const error = Math.sqrt(meanOf(gains.map((gain) => (gain - mean) ** 2)) / Math.max(1, gains.length - 1));
  return mean - normalQuantile(confidence) * error > 0;
}

/**
 * How far to shrink, by what held: habits of the earlier acts are judged by the log loss on the later ones (a third, in the order given:
 * oldest first) of customers that were known by then. The segment's strength is chosen first, then the customer's. A level whose best is not
 * better than the level above beyond chance is worth nothing (Infinity), so where nobody has habits of their own everybody gets the global
 * hour.
 */
export function chosenStrengths(acts: readonly Engagement[]): Strengths {
  const cut = Math.floor((acts.length * 2) / 3);
  const habits = sendTimeStatsOf(acts.slice(0, cut));
  const later = acts.slice(cut).filter(({ customer }) => habits.customers.has(customer));
  const choose = (strengthsAt: (strength: number) => Strengths): number => {
    const judged = ladder.map((strength) => ({ strength, found: logs(habits, later, strengthsAt(strength)) }));
    const best = judged.reduce((most, one) => (meanOf(one.found) > meanOf(most.found) ? one : most));
    const none = judged.at(-1) ?? best;
    return better(best.found, none.found) ? best.strength : Infinity;
  };
  const segment = choose((strength) => ({ segment: strength, customer: Infinity }));
  return { segment, customer: choose((strength) => ({ segment, customer: strength })) };
}

/** Mean log loss of the given strengths, and of the global hours alone, on later acts. */
export function heldOut(
  habits: SendTimeStats,
  later: readonly Engagement[],
  strengths: Strengths,
): { ours: number; global: number } {
  const everybody = globalHours(habits.all);
  const global = -meanOf(later.map(({ hour }) => Math.log(everybody[hour] ?? Number.MIN_VALUE)));
  return { ours: -meanOf(logs(habits, later, strengths)), global };
}
