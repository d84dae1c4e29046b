import { type KeyDays } from '../../model/profile.ts';

/** Days kept one by one: half a year of somebody who comes every week, in some 200 bytes of the profile. */
export const maxKeyDays = 24;
const dayMs = 86400000;
/** Money is added in whole ten-thousandths, so that the order of adding cannot matter. */
export const sumMoney = (a: number, b: number): number => (Math.round(a * 10000) + Math.round(b * 10000)) / 10000;

export const dayIndex = (ms: number): number => Math.floor(ms / dayMs);

export const oneKeyDay = (event: KeyEvent): KeyDays => ({ recent: [event] });
/**
 * The days of two histories of one customer, in whatever order they come. Exact while all days are kept one by one; of a day before those,
 * told late, nobody knows whether it was counted: it is another one, unless it is the very first.
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

export interface KeyEvent {
  day: number;
  worth: number;
}
