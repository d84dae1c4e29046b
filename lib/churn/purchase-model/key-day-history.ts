import { type PurchaseHistory } from './purchase-history.ts';
import { type KeyEvent, sumMoney } from '../../profile/facts/key-days.ts';
import { type KeyDays } from '../../model/profile.ts';

/** Returns the history of purchases that models read, from the days that a profile keeps. */
export function purchaseHistoryOfDays({ recent, older }: KeyDays): PurchaseHistory {
  const { days, first, worth } = older ?? { days: 0, first: Infinity, worth: 0 };
  const oldest = recent[0]?.day ?? Infinity;
  const newest = recent.at(-1) ?? { day: 0, worth: 0 };
  const previous = recent.at(-2);
  return {
    days: recent.length + days,
    first: Math.min(first, oldest),
    last: newest.day,
    ...(previous && { previous: previous.day }),
    worth: recent.reduce((total, day) => sumMoney(total, day.worth), worth),
    lastWorth: newest.worth,
  };
}

/**
 * Returns key events for training, one a day. Days known only as a sum are placed on their first
 * day, and evenly until the first individual day. Count, first day and worth are exact.
 */
export function keyEventsOfDays({ recent, older }: KeyDays): KeyEvent[] {
  if (!older) return recent;
  const { days, first, worth } = older;
  const room = Math.max(1, (recent[0]?.day ?? first + days) - first);
  const spread = Array.from({ length: Math.min(days, room) }, (_, i) => ({
    day: first + Math.floor((i * room) / days),
    worth: worth / Math.min(days, room),
  }));
  return [...spread, ...recent];
}
