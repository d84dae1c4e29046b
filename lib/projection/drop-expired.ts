import { type Profile } from '../model/profile.ts';
import { omitBy } from '../shared/records.ts';
import { type Instant } from '../shared/time.ts';

/** Drops silence that has ended, and waits, decisions and goals past their time. */
export function dropExpired(profile: Profile, now: Instant): Profile {
  const { silence, ...rest } = profile;
  const isExpired = ({ until }: { until: Instant }): boolean => until <= now;
  const hasExpired = [rest.waits, rest.decisions, rest.goals].some((open) => Object.values(open).some(isExpired));
  return {
    ...rest,
    ...(silence && silence.since >= rest.lastSeen && { silence }),
    ...(hasExpired && {
      waits: omitBy(rest.waits, (open) => isExpired(open)),
      decisions: omitBy(rest.decisions, (open) => isExpired(open)),
      goals: omitBy(rest.goals, (open) => isExpired(open)),
    }),
  };
}
