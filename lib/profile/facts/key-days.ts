import { type KeyDays } from '../../model/profile.ts';
import { dayMs } from '../../shared/time.ts';

/** Days kept individually: half a year of weekly visits, in about 200 bytes of the profile. */
export const maxKeyDays = 24;
/** Adds money in whole ten-thousandths, so that the order of adding does not matter. */
export const sumMoney = (a: number, b: number): number => (Math.round(a * 10000) + Math.round(b * 10000)) / 10000;

/** Returns the number of a day since 1970, in UTC. */
export const dayIndex = (ms: number): number => Math.floor(ms / dayMs);

/** Returns the key days of a customer with one key event. */
export const oneKeyDay = (event: KeyEvent): KeyDays => ({ recent: [event] });
/**
 * Merges the key days of two histories, in any order. Exact while all days are kept individually. A
 * late day before those counts as another day, unless it is the first, because the sum does not
 * list its days.
 */
export function mergeKeyDayLists(a: KeyDays, b: KeyDays): KeyDays {
  const worthOn = new Map(a.recent.map(({ day, worth }) => [day, worth]));
  for (const { day, worth } of b.recent) worthOn.set(day, sumMoney(worthOn.get(day) ?? 0, worth));
  const all = [...worthOn].sort(([one], [other]) => one - other).map(([day, worth]) => ({ day, worth }));
  const older = [a.older, b.older].filter((part) => part !== undefined);
  const spilled = all.slice(0, Math.max(0, all.length - maxKeyDays)).map(({ day, worth }) => ({
    days: older.some(({ first }) => first === day) ? 0 : 1,
    first: day,
    worth,
  }));
  const [first, ...others] = [...older, ...spilled];
  const summed =
    first &&
    others.reduce(
      (one, other) => ({
        days: one.days + other.days,
        first: Math.min(one.first, other.first),
        worth: sumMoney(one.worth, other.worth),
      }),
      first,
    );
  return { recent: all.slice(-maxKeyDays), ...(summed && { older: summed }) };
}

/** A day with a key event, since 1970, and the money spent on it. */
export interface KeyEvent {
  day: number;
  worth: number;
}
