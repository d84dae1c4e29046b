import { atWall, daysOn, wallTime } from '../../shared/calendar/wall-time.ts';
import { type Instant } from '../../shared/time.ts';
import { type AfterPausePolicy } from '../definition/step.ts';

/**
 * Decides about a message that was due at `since`, while the journey was paused: send, skip, or
 * send at `until`, when the zone's clocks next show that time of day.
 */
export function decideAfterPause(
  policy: AfterPausePolicy,
  { since, zone, now }: { since: Instant; zone: string; now: Instant },
): 'send' | 'skip' | { until: Instant } {
  if (policy !== 'shift') return policy;
  const { time } = wallTime(since, zone);
  const { date, time: present } = wallTime(now, zone);
  if (time === present) return 'send';
  const today = atWall({ date, time }, zone);
  return { until: today > now ? today : atWall({ date: daysOn(date, 1), time }, zone) };
}
