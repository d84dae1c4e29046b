import { atWall, daysOn, lastDayOf, wallTime, weekdayOf } from '../../shared/calendar/wall-time.ts';
import { type Instant } from '../../shared/time.ts';
import { type Recurrence } from '../definition/trigger.ts';

/**
 * One time of a schedule. `name` is the same in every zone, so that a customer who changes zone is
 * not enrolled twice.
 */
export interface Occurrence {
  name: string;
  at: Instant;
}

function isOn({ every, weekdays, day = 1 }: Recurrence, date: string): boolean {
  if (every === 'day') return true;
  if (every === 'week') return (weekdays ?? ['mon']).includes(weekdayOf(date));
  return Number(date.slice(8)) === Math.min(day, lastDayOf(date));
}

/**
 * Lists the times of a schedule in a zone, after `after` and up to `upTo`. A one-time schedule has
 * the same time in every zone.
 */
export function listOccurrences(
  schedule: { at: Instant } | Recurrence,
  zone: string,
  { after, upTo }: { after: Instant; upTo: Instant },
): Occurrence[] {
  if ('at' in schedule)
    return schedule.at > after && schedule.at <= upTo ? [{ name: schedule.at, at: schedule.at }] : [];
  const found: Occurrence[] = [];
  const end = daysOn(wallTime(upTo, zone).date, 1);
  // `before` ends the loop at the last day of the year 9999, which has no next day.
  for (let before = '', date = daysOn(wallTime(after, zone).date, -1); date <= end && date !== before;) {
    const at = atWall({ date, time: schedule.time }, zone);
    if (isOn(schedule, date) && at > after && at <= upTo) found.push({ name: `${date}T${schedule.time}`, at });
    [before, date] = [date, daysOn(date, 1)];
  }
  return found;
}
