import { wallTime } from '../../shared/calendar/wall-time.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type Instant, addMs, minuteMs } from '../../shared/time.ts';

/** The quiet hours of a workspace or a journey, as times of day. */
export type QuietHours = NonNullable<Workspace['quietHours']>;

const dayMinutes = 1_440;

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** Returns the minutes since midnight in the zone. */
const localMinutes = (at: Instant, zone: string): number => minutesOf(wallTime(at, zone).time);

function isQuiet(minutes: number, { from, to }: QuietHours): boolean {
  const [start, end] = [minutesOf(from), minutesOf(to)];
  return start <= end ? minutes >= start && minutes < end : minutes >= start || minutes < end;
}

/**
 * Returns the end of the current quiet hours in the zone, or undefined outside of them. It is the
 * first minute that is not quiet, also across clock changes. A window over midnight is one window.
 * Equal `from` and `to` mean no window.
 */
export function findQuietEnd(quiet: QuietHours, zone: string, now: Instant): Instant | undefined {
  const local = localMinutes(now, zone);
  if (!isQuiet(local, quiet)) return undefined;
  const minute = addMs(now, -(Date.parse(now) % minuteMs));
  const quietAt = (at: Instant): boolean => isQuiet(localMinutes(at, zone), quiet);
  // First by wall time, then corrected minute by minute in case the clocks change in between.
  let end = addMs(minute, ((minutesOf(quiet.to) - local + dayMinutes) % dayMinutes) * minuteMs);
  while (quietAt(end)) end = addMs(end, minuteMs);
  for (let before = addMs(end, -minuteMs); before > now && !quietAt(before); before = addMs(end, -minuteMs))
    end = before;
  return end;
}
