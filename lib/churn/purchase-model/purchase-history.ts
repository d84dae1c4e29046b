import * as z from 'zod';
import { type KeyEvent } from '../../profile/facts/key-days.ts';

/**
 * The stored summary of a customer's key events, of constant size. Times are days since 1970, UTC.
 * Key events of one day count as one. A late event is recognised as a counted day only on the first
 * and the last two days.
 */
export const PurchaseHistory = z.object({
  /** Days with a key event. */
  days: z.int().min(1),
  first: z.number(),
  last: z.number(),
  /** The day with a key event before the last; none with one day. */
  previous: z.number().optional(),
  /** Money of all key events, and of those on the last day. */
  worth: z.number(),
  lastWorth: z.number(),
});
export type PurchaseHistory = z.infer<typeof PurchaseHistory>;

/** The habit after one more key event: a few comparisons, however long the history. */
export function addKeyEvent(habit: PurchaseHistory | undefined, { day, worth }: KeyEvent): PurchaseHistory {
  if (!habit) return { days: 1, first: day, last: day, worth, lastWorth: worth };
  const { days, first, last, previous } = habit;
  const known = day === first || day === last || day === previous;
  const others = [last, day, ...(previous === undefined ? [] : [previous])].filter((d) => d < Math.max(last, day));
  return {
    days: days + (known ? 0 : 1),
    first: Math.min(first, day),
    last: Math.max(last, day),
    ...(others.length > 0 && { previous: Math.max(...others) }),
    worth: habit.worth + worth,
    lastWorth: day > last ? worth : habit.lastWorth + (day === last ? worth : 0),
  };
}

/** Limit of a worth. A greater one is a mistake of the source, and would exceed exact sums. */
const mostWorth = 1e12;

/** Returns the key events of valid days. A worth that is no number counts as 0. */
export const validKeyEvents = (events: readonly KeyEvent[]): KeyEvent[] =>
  events
    .filter(({ day }) => Number.isFinite(day))
    .map(({ day, worth }) => ({
      day,
      worth: Number.isNaN(worth) ? 0 : Math.min(mostWorth, Math.max(-mostWorth, worth)),
    }));

/** The habit of a whole history, in any order; undefined without a key event. */
export function buildPurchaseHistory(history: readonly KeyEvent[]): PurchaseHistory | undefined {
  const events = validKeyEvents(history);
  if (events.length === 0) return undefined;
  const byDay = new Map<number, number>();
  for (const { day, worth } of events) byDay.set(day, (byDay.get(day) ?? 0) + worth);
  const days = [...byDay.keys()].sort((a, b) => a - b);
  const [first = 0, last = 0, previous] = [days[0], days.at(-1), days.at(-2)];
  const worth = events.reduce((sum, event) => sum + event.worth, 0);
  return {
    days: days.length,
    first,
    last,
    ...(previous !== undefined && { previous }),
    worth,
    lastWorth: byDay.get(last) ?? 0,
  };
}

/**
 * Recency, frequency and age as the papers write them: `x` repeats, the last at `tx` after the
 * first, observed until `T`.
 */
export interface PurchaseCounts {
  x: number;
  tx: number;
  T: number;
}

/** In `unit` days. At `now` before the last event, time has not begun to pass. */
export function purchaseCountsOf({ days, first, last }: PurchaseHistory, now: number, unit = 1): PurchaseCounts {
  return { x: days - 1, tx: (last - first) / unit, T: (Math.max(now, last) - first) / unit };
}
