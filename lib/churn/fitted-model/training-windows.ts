import { type PurchaseHistory, buildPurchaseHistory } from '../purchase-model/purchase-history.ts';
import { type KeyEvent } from '../../profile/facts/key-days.ts';
import { type RowTimes } from '../../statistics/learning/training-rows.ts';
import { type Attributes } from '../../statistics/learning/category-encoding.ts';

/** One customer as training sees it. Attributes are those known at the time of the key events, or change slowly. */
export interface CustomerHistory {
  events: readonly KeyEvent[];
  attributes?: Attributes | undefined;
}

/** A customer at an origin, and whether nothing came within the horizon after it. `customer` is the place in the input. */
export interface Example {
  customer: number;
  origin: number;
  habit?: PurchaseHistory | undefined;
  attributes?: Attributes | undefined;
  label: 0 | 1;
}

export interface WindowTerms {
  /** Days since 1970: what happened on that day or later is not known. */
  now: number;
  horizonDays: number;
  /** Who belongs to the population at an origin; by default everybody with a key event before it. */
  eligible?: ((habit: PurchaseHistory, origin: number) => boolean) | undefined;
}

/** Windows that overlap by half: the newest closed one, and those before. Older ones tell of another time. */
const windowsAsked = 4;

/** Origins of closed windows, newest first: each has its horizon behind it and at least as much history before. */
export function origins({ now, horizonDays }: WindowTerms, firstDay: number): number[] {
  return Array.from({ length: windowsAsked }, (_, i) => Math.floor(now - horizonDays * (1 + i / 2))).filter(
    (origin) => origin - firstDay >= horizonDays,
  );
}

/** Everybody known at `origin` with what came after (rolling origin: Tashman 2000). Reads nothing from beyond `origin` but the label. */
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
 * Which of several windows each example is of, newest first. Rows of a window and its level count half as much for every horizon of age
 * (exponential smoothing: Gardner 2006): seasons raise and lower all of a window, and the last is no better a guess than a mean of some.
 */
export function timesOf(examples: readonly Example[], horizonDays: number): RowTimes {
  const all = [...new Set(examples.map(({ origin }) => origin))].sort((a, b) => b - a);
  const place = new Map(all.map((origin, i) => [origin, i]));
  const weights = all.map((origin) => 2 ** ((origin - (all[0] ?? origin)) / horizonDays));
  return { of: examples.map(({ origin }) => place.get(origin) ?? 0), weights, levels: weights };
}
