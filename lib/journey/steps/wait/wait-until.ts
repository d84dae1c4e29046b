import { type Workspace } from '../../../model/workspace.ts';
import { type JsonObject } from '../../../shared/json.ts';
import { type Profile } from '../../../model/profile.ts';
import { homeZone } from '../../../profile/facts/home-zone.ts';
import { addDuration, type Instant } from '../../../shared/time.ts';
import { traitTime } from '../../scheduling/date-entries.ts';
import { listOccurrences } from '../../scheduling/occurrences.ts';
import { type StepOf } from '../../definition/step.ts';

type Told = { until: Instant; because: JsonObject } | { missing: true; because: JsonObject };

/** Returns the next time of day after `now`, on one of the weekdays if there are any. */
function localTime({ time, weekdays }: NonNullable<StepOf<'wait'>['untilLocal']>, zone: string, now: Instant): Instant {
  const rule = {
    every: weekdays ? ('week' as const) : ('day' as const),
    ...(weekdays && { weekdays }),
    time,
    zone: 'customer' as const,
  };
  // Nine days contain every weekday, also with a change of clocks.
  const [first] = listOccurrences(rule, zone, { after: now, upTo: addDuration(now, '9d') });
  return first?.at ?? now;
}

/**
 * Returns the time until which a step waits, from a date, a local time or a trait. `now` is when
 * the step was entered, so a retry returns the same. A time that has passed is returned unchanged,
 * and the wait ends at once.
 */
export function resolveWaitUntil(
  { until, untilLocal, untilTrait }: StepOf<'wait'>,
  { profile, workspace, now }: { profile: Profile; workspace: Pick<Workspace, 'timezone'>; now: Instant },
): Told {
  const zone = homeZone(profile, workspace);
  if (untilLocal) return { until: localTime(untilLocal, zone, now), because: { zone } };
  const found = untilTrait ? traitTime(untilTrait, profile.traits, zone) : until;
  return found === undefined ? { missing: true, because: { zone } } : { until: found, because: { zone } };
}
