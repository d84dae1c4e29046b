import { type Workspace } from '#lib/model/workspace.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { type Profile } from '#lib/model/profile.ts';
import { homeZone } from '#lib/profile/facts/home-zone.ts';
import { compact } from '#lib/shared/records.ts';
import { addDuration, type Instant } from '#lib/shared/time.ts';
import { aheadOf } from '../../scheduling/look-ahead.ts';
import { traitTime } from '../../scheduling/date-entries.ts';
import { listOccurrences } from '../../scheduling/occurrences.ts';
import { type StepOf } from '../../definition/step.ts';

type LocalTime = NonNullable<StepOf<'wait'>['untilLocal']>;

/** What the end of a wait depends on. */
interface WaitFacts {
  profile: Profile;
  workspace: Pick<Workspace, 'timezone'>;
  now: Instant;
  since?: Instant;
}

/** The end of a wait, and when to compute it again; or that its trait is no time. */
export type WaitEnd = { until: Instant; ahead?: Instant; because: JsonObject } | { missing: true; because: JsonObject };

/** Returns the next time of day after `now`, on one of the weekdays if there are any. */
function nextLocalTime({ time, weekdays }: LocalTime, zone: string, now: Instant): Instant {
  const every = weekdays ? 'week' : 'day';
  const rule = { every, ...compact({ weekdays }), time, zone: 'customer' } as const;
  // Nine days contain every weekday, also with a change of clocks.
  const [first] = listOccurrences(rule, zone, { after: now, upTo: addDuration(now, '9d') });
  return first?.at ?? now;
}

/**
 * Returns the time until which a step waits, from a date, a local time or a trait. A local time is
 * the first after `since`, when the step was entered, so a retry returns the same. `ahead` is when
 * an end more than a day after `now` must be computed again: zone data and the trait may be newer
 * then. A time that has passed is returned unchanged, and the wait ends at once.
 */
export function resolveWaitUntil(
  { until, untilLocal, untilTrait }: StepOf<'wait'>,
  { profile, workspace, now, since = now }: WaitFacts,
): WaitEnd {
  const zone = homeZone(profile, workspace);
  const because = { zone };
  if (until !== undefined) return { until, because };
  const end = untilLocal
    ? nextLocalTime(untilLocal, zone, since)
    : untilTrait && traitTime(untilTrait, profile.traits, zone);
  if (end === undefined) return { missing: true, because };
  const ahead = aheadOf(end, now);
  return ahead === undefined ? { until: end, because } : { until: end, ahead, because };
}
