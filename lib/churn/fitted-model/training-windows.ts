import { type PurchaseHistory, buildPurchaseHistory } from '../purchase-model/purchase-history.ts';
import { type KeyEvent } from '../../profile/facts/key-days.ts';
import { type RowTimes } from '../../statistics/learning/training-rows.ts';
import { type Attributes } from '../../statistics/learning/category-encoding.ts';

/**
 * A customer's history for training. Attributes are as known at the key events, or change slowly.
 */
export interface CustomerHistory {
  events: readonly KeyEvent[];
  attributes?: Attributes | undefined;
}

/**
 * A customer at an origin, and whether no key event followed within the horizon. `customer` is the
 * index in the input.
 */
export interface Example {
  customer: number;
  origin: number;
  habit?: PurchaseHistory | undefined;
  attributes?: Attributes | undefined;
  label: 0 | 1;
}

export interface WindowTerms {
  /** Days since 1970. Events of that day or later are unknown. */
  now: number;
  horizonDays: number;
  /** Returns whether a customer is eligible at an origin. Default: one key event before it. */
  eligible?: ((habit: PurchaseHistory, origin: number) => boolean) | undefined;
}

/**
 * Number of windows, which overlap by half: the newest closed one and those before. Older ones
 * reflect other conditions.
 */
const windowsAsked = 4;

/**
 * Returns the origins of closed windows, newest first. Each has its horizon after it, and at least
 * as much history before it.
 */
export function origins({ now, horizonDays }: WindowTerms, firstDay: number): number[] {
  return Array.from({ length: windowsAsked }, (_, i) => Math.floor(now - horizonDays * (1 + i / 2))).filter(
    (origin) => origin - firstDay >= horizonDays,
  );
}

/**
 * Returns the customers known at `origin`, with their outcomes (rolling origin: Tashman 2000).
 * Reads nothing after `origin` except the outcome.
 */
export function windowAt(
  customers: readonly CustomerHistory[],
  origin: number,
  { horizonDays, eligible }: WindowTerms,
): Example[] {
  return customers.flatMap(({ events, attributes }, customer) => {
    const habit = buildPurchaseHistory(events.filter(({ day }) => day < origin));
    if (!habit || (eligible && !eligible(habit, origin))) return [];
    const came = events.some(({ day }) => day >= origin && day < origin + horizonDays);
    return [{ customer, origin, habit, attributes, label: came ? (0 as const) : (1 as const) }];
  });
}

/**
 * Returns the window of each example, newest first. Weights of rows and level halve with every
 * horizon of age (exponential smoothing: Gardner 2006), because seasons change the level of a whole
 * window.
 */
export function timesOf(examples: readonly Example[], horizonDays: number): RowTimes {
  const all = [...new Set(examples.map(({ origin }) => origin))].sort((a, b) => b - a);
  const place = new Map(all.map((origin, i) => [origin, i]));
  const weights = all.map((origin) => 2 ** ((origin - (all[0] ?? origin)) / horizonDays));
  return { of: examples.map(({ origin }) => place.get(origin) ?? 0), weights, levels: weights };
}
