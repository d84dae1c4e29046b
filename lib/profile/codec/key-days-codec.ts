import { type KeyDays } from '../../model/profile.ts';

const number36 = (value: number): string => value.toString(36);
/**
 * Packs key days: first day, then gaps, in base 36, each with its worth if not 0. The sum of older
 * days comes before a bar.
 */
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

/**
 * The reverse of `packKeyDays`. Days before 1970, which an older version stored for wrong clocks,
 * are read as the first day of 1970.
 */
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
