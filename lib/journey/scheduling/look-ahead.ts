import { type Instant, addMs, dayMs } from '../../shared/time.ts';

/**
 * Longest change that new zone data makes to a local time, in ms: one day, if a country crosses the
 * date line.
 */
export const maxZoneShiftMs = dayMs;

/**
 * Returns when a local time computed at `now` must be computed again with newer zone data: one day
 * before it. Returns undefined if it is at most a day away.
 */
export function aheadOf(until: Instant, now: Instant): Instant | undefined {
  const ahead = addMs(until, -maxZoneShiftMs);
  return ahead > now ? ahead : undefined;
}
