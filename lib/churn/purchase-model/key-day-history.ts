import * as z from 'zod';
import { type Habit, type KeyEvent } from './purchase-history.ts';

/**
 * Days with a key event, as a profile keeps them: the newest each with what its events are worth, those before in sum. Days are whole ones
 * since 1970, UTC.
 */
export const KeyDays = z.object({
  /** Oldest first. */
  recent: z.array(z.object({ day: z.int(), worth: z.number() })).min(1),
  older: z.object({ days: z.int().min(1), first: z.int(), worth: z.number() }).optional(),
});
export type KeyDays = z.infer<typeof KeyDays>;

/** Days kept one by one: half a year of somebody who comes every week, in some 200 bytes of the profile. */
export const mostDays = 24;

const dayMs = 86_400_000;

/** Money is added in whole ten-thousandths, so that the order of adding cannot matter. */
const sum = (a: number, b: number): number => (Math.round(a * 10_000) + Math.round(b * 10_000)) / 10_000;

export const dayOf = (ms: number): number => Math.floor(ms / dayMs);

export const oneKeyDay = (event: KeyEvent): KeyDays => ({ recent: [event] });

/**
 * The days of two histories of one customer, in whatever order they come. Exact while all days are kept one by one; of a day before those,
 * told late, nobody knows whether it was counted: it is another one, unless it is the very first.
 */
export function combineKeyDays(a: KeyDays, b: KeyDays): KeyDays {
  const worthOn = new Map(a.recent.map(({ day, worth }) => [day, worth]));
  for (const { day, worth } of b.recent) worthOn.set(day, sum(worthOn.get(day) ?? 0, worth));
  const all = [...worthOn].sort(([one], [other]) => one - other).map(([day, worth]) => ({ day, worth }));
  const older = [a.older, b.older].filter((part) => part !== undefined);
  const spilled = all.slice(0, Math.max(0, all.length - mostDays)).map(({ day, worth }) => ({
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
        worth: sum(one.worth, other.worth),
      }),
      first,
    );
  return { recent: all.slice(-mostDays), ...(summed && { older: summed }) };
}

/** What models go by. */
export function habitOfDays({ recent, older }: KeyDays): Habit {
  const [oldest, newest, previous] = [recent[0], recent.at(-1), recent.at(-2)];
  return {
    days: recent.length + (older?.days ?? 0),
    first: Math.min(older?.first ?? Infinity, oldest?.day ?? Infinity),
    last: newest?.day ?? 0,
    ...(previous && { previous: previous.day }),
    worth: recent.reduce((total, { worth }) => sum(total, worth), older?.worth ?? 0),
    lastWorth: newest?.worth ?? 0,
  };
}

/**
 * Key events for training, one a day. Days known in sum only stand on the first of them, and evenly between that and the first that is
 * known by itself: of a habit from before they change neither the count, the first day nor the worth.
 */
export function eventsOf({ recent, older }: KeyDays): KeyEvent[] {
  if (!older) return recent;
  const { days, first, worth } = older;
  const room = Math.max(1, (recent[0]?.day ?? first + days) - first);
  const spread = Array.from({ length: Math.min(days, room) }, (_, i) => ({
    day: first + Math.floor((i * room) / days),
    worth: worth / Math.min(days, room),
  }));
  return [...spread, ...recent];
}

const number36 = (value: number): string => value.toString(36);

/** Text of a profile: the first day, then gaps, in base 36, each with its worth where that is not 0; before a bar what is known in sum. */
export function packKeyDays({ recent, older }: KeyDays): string {
  let before = 0;
  const days = recent.map(({ day, worth }) => {
    const gap = number36(day - before);
    before = day;
    return worth === 0 ? gap : `${gap}:${worth}`;
  });
  const known = older ? `${number36(older.days)},${number36(older.first)},${older.worth}|` : '';
  return known + days.join(',');
}

/** The reverse of `packKeyDays`. Days before 1970, which an older version stored of made-up clocks, are read as the first of 1970. */
export function unpackKeyDays(text: string): KeyDays {
  const [days = '', sums] = text.split('|').reverse();
  const [count = '', first = '', worth = ''] = sums?.split(',') ?? [];
  let day = 0;
  const recent = days.split(',').map((part) => {
    const [gap = '', own = '0'] = part.split(':');
    day += parseInt(gap, 36);
    return { day: Math.max(0, day), worth: Number(own) };
  });
  const older = { days: parseInt(count, 36), first: Math.max(0, parseInt(first, 36)), worth: Number(worth) };
  return { recent, ...(sums !== undefined && { older }) };
}
