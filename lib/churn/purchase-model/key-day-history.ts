import { type PurchaseHistory } from './purchase-history.ts';
import { type KeyEvent, sumMoney } from '../../profile/facts/key-days.ts';
import { type KeyDays } from '../../model/profile.ts';

/** What models go by. */
export function purchaseHistoryOfDays({ recent, older }: KeyDays): PurchaseHistory {
  const [oldest, newest, previous] = [recent[0], recent.at(-1), recent.at(-2)];
  return {
    days: recent.length + (older?.days ?? 0),
    first: Math.min(older?.first ?? Infinity, oldest?.day ?? Infinity),
    last: newest?.day ?? 0,
    ...(previous && { previous: previous.day }),
    worth: recent.reduce((total, { worth }) => sumMoney(total, worth), older?.worth ?? 0),
    lastWorth: newest?.worth ?? 0,
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
