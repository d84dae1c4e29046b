import { normalQuantile } from '../../statistics/distributions/normal.ts';
import {
  type Engagement,
  globalHours,
  type SendTimeStats,
  sendTimeStatsOf,
  hoursOf,
  type Strengths,
} from './send-time.ts';

/**
 * Candidate strengths, in actions of the level above: doublings, then Infinity, which disables the
 * level.
 */
const ladder = [5, 10, 20, 40, 80, 160, 320, 640, Infinity];

/** Confidence with which a level must predict better to be used. */
const confidence = 0.95;

/** Returns the natural logarithm of the predicted probability of each later action. */
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

/**
 * Returns whether the first log-likelihoods are higher beyond chance, compared action by action.
 */
function better(one: readonly number[], other: readonly number[]): boolean {
  const gains = one.map((log, i) => log - (other[i] ?? 0));
  const mean = meanOf(gains);
  const error = Math.sqrt(meanOf(gains.map((gain) => (gain - mean) ** 2)) / Math.max(1, gains.length - 1));
  return mean - normalQuantile(confidence) * error > 0;
}

/**
 * Chooses the strengths by log loss. The first two thirds of `acts` (oldest first) are the
 * histograms, the rest tests them for customers seen in the first part. The segment's strength is
 * chosen before the customer's. A level that is not better beyond chance gets Infinity.
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

/**
 * Returns the mean log loss on later actions with the given strengths (`ours`) and with the hours
 * of all customers (`global`).
 */
export function heldOut(
  habits: SendTimeStats,
  later: readonly Engagement[],
  strengths: Strengths,
): { ours: number; global: number } {
  const allHours = globalHours(habits.all);
  const global = -meanOf(later.map(({ hour }) => Math.log(allHours[hour] ?? Number.MIN_VALUE)));
  return { ours: -meanOf(logs(habits, later, strengths)), global };
}
