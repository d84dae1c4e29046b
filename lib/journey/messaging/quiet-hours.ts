import { wallTime } from '../../shared/calendar/wall-time.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type Instant, addMs } from '../../shared/time.ts';

export type QuietHours = NonNullable<Workspace['quietHours']>;

const minuteMs = 60_000;
const dayMinutes = 1_440;

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** Minutes since midnight on the clocks of a zone. */
const localMinutes = (at: Instant, zone: string): number => minutesOf(wallTime(at, zone).time);

function isQuiet(minutes: number, { from, to }: QuietHours): boolean {
  const [start, end] = [minutesOf(from), minutesOf(to)];
  return start <= end ? minutes >= start && minutes < end : minutes >= start || minutes < end;
}

/**
 * When the quiet hours that reign in a zone at `now` end; undefined when they do not. The first minute that is not quiet on the
 * clocks there, also where these jump in between; a window over midnight is one window; `from` equal to `to` is none.
 */
export function findQuietEnd(quiet: QuietHours, zone: string, now: Instant): Instant | undefined {
  const local = localMinutes(now, zone);
  if (!isQuiet(local, quiet)) return undefined;
  const minute = addMs(now, -(Date.parse(now) % minuteMs));
  const quietAt = (at: Instant): boolean => isQuiet(localMinutes(at, zone), quiet);
  // As far as the hands show; then to the exact minute, should the clocks change on the way: an hour or so either way.
  let end = addMs(minute, ((minutesOf(quiet.to) - local + dayMinutes) % dayMinutes) * minuteMs);
  while (quietAt(end)) end = addMs(end, minuteMs);
  for (let before = addMs(end, -minuteMs); before > now && !quietAt(before); before = addMs(end, -minuteMs))
    end = before;
  return end;
}
