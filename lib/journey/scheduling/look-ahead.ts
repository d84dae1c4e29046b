import { type Instant, addMs } from '../../shared/time.ts';

/** Longest way that new zone data moves a local time: a country that crosses the date line. */
const dayMs = 86_400_000;

/**
 * When a local time that was worked out at `now` is to be worked out anew, by the zone data of then: a day before. Undefined for one that
 * comes within a day.
 */
export function aheadOf(until: Instant, now: Instant): Instant | undefined {
  const ahead = addMs(until, -dayMs);
  return ahead > now ? ahead : undefined;
}
