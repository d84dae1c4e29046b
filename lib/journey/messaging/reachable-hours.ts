import { atWall, daysOn, wallTime, weekdayOf } from '../../shared/calendar/wall-time.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type Profile } from '../../model/profile.ts';
import { homeZone, ownZone } from '../../profile/facts/home-zone.ts';
import { type Instant } from '../../shared/time.ts';
import { type ContactHours } from '../definition/contact-hours.ts';
import { findQuietEnd } from './quiet-hours.ts';

/** When marketing may reach a customer: `now`, `later` from then on, or `never` with the reason a message is skipped for. */
export type Reachability =
  { when: 'now' } | { when: 'later'; until: Instant } | { when: 'never'; reason: 'never-open' | 'unknown-zone' };

/** Days that are looked at for an open hour: a year of them, and the closed days of another. */
const mostDays = 800;

/** When the day after a date begins on the clocks of a zone. */
const nextDay = (date: string, zone: string): Instant => atWall({ date: daysOn(date, 1), time: '00:00' }, zone);

const isClosed = ({ closed = [] }: ContactHours, date: string): boolean =>
  closed.includes(date) || closed.includes(date.slice(5));

/** The next moment that the calendar allows, quiet hours aside: `at` itself when it is open. */
function openFrom(hours: ContactHours, zone: string, at: Instant): Instant {
  const { date, time } = wallTime(at, zone);
  if (isClosed(hours, date)) return nextDay(date, zone);
  if (!hours.open) return at;
  const today = hours.open[weekdayOf(date)];
  if (!today || time >= today.to) return nextDay(date, zone);
  return time < today.from ? atWall({ date, time: today.from }, zone) : at;
}

/** The first moment from `now` on at which all rules allow a message; undefined where there is none for two years. */
function reachableFrom(hours: ContactHours, zone: string, now: Instant): Instant | undefined {
  let at = now;
  for (let looks = 0; looks < 2 * mostDays; looks++) {
    const open = openFrom(hours, zone, at);
    const after = (hours.quiet && findQuietEnd(hours.quiet, zone, open)) ?? open;
    if (after === at) return at;
    at = after;
  }
  return undefined;
}

/**
 * Quiet hours, open hours and closed days on the clocks where the customer lives, also where these jump. What the journey names stands for
 * the workspace's quiet hours. Without any rule it is always now.
 */
export function findReachability(
  profile: Profile,
  {
    hours = { missingZone: 'workspace' },
    workspace,
    now,
  }: {
    hours?: ContactHours | undefined;
    workspace: Pick<Workspace, 'timezone' | 'quietHours'>;
    now: Instant;
  },
): Reachability {
  const quiet = hours.quiet ?? workspace.quietHours;
  const rules = { ...hours, ...(quiet && { quiet }) };
  if (!quiet && !hours.open && !hours.closed) return { when: 'now' };
  if (hours.missingZone === 'skip' && ownZone(profile) === undefined) return { when: 'never', reason: 'unknown-zone' };
  const at = reachableFrom(rules, homeZone(profile, workspace), now);
  if (at === undefined) return { when: 'never', reason: 'never-open' };
  return at === now ? { when: 'now' } : { when: 'later', until: at };
}
