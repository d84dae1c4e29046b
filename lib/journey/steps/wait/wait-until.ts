import { type Workspace } from '../../../model/workspace.ts';
import { type JsonObject } from '../../../shared/json.ts';
import { type Profile } from '../../../model/profile.ts';
import { homeZone } from '../../../profile/facts/home-zone.ts';
import { addDuration, type Instant } from '../../../shared/time.ts';
import { traitTime } from '../../scheduling/date-entries.ts';
import { listOccurrences } from '../../scheduling/occurrences.ts';
import { type StepOf } from '../../definition/step.ts';

type Told = { until: Instant; because: JsonObject } | { missing: true; because: JsonObject };

/** The next time of day, on one of the days if any are named. */
function localTime({ time, weekdays }: NonNullable<StepOf<'wait'>['untilLocal']>, zone: string, now: Instant): Instant {
  const rule = {
    every: weekdays ? ('week' as const) : ('day' as const),
    ...(weekdays && { weekdays }),
    time,
    zone: 'customer' as const,
  };
  const [first] = listOccurrences(rule, zone, { after: now, upTo: addDuration(now, '9d') }); // every day of the week, and a change of clocks
  return first?.at ?? now;
}

/**
 * Until when a step waits whose time is not written down. `now`: when it was entered, so that a retry is told the same. A time gone by is
 * answered as it is: nothing is waited for.
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
