import { atWall, daysOn, wallTime, weekdayOf } from '../../shared/calendar/wall-time.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type Profile } from '../../model/profile.ts';
import { homeZone, ownZone } from '../../profile/facts/home-zone.ts';
import { compact } from '../../shared/records.ts';
import { type Instant } from '../../shared/time.ts';
import { type ContactHours } from '../definition/contact-hours.ts';
import { findQuietEnd } from './quiet-hours.ts';

/** When marketing may be sent: `now`, `later` from `until` on, or `never` with the skip reason. */
export type Reachability =
  { when: 'now' } | { when: 'later'; until: Instant } | { when: 'never'; reason: 'never-open' | 'unknown-zone' };

/** Number of days searched for an open hour: more than two years. */
const maxDays = 800;

/** Returns the start of the day after a date in the zone. */
const nextDay = (date: string, zone: string): Instant => atWall({ date: daysOn(date, 1), time: '00:00' }, zone);

const isClosed = ({ closed = [] }: ContactHours, date: string): boolean =>
  closed.includes(date) || closed.includes(date.slice(5));

/**
 * Returns the next moment from `at` on that open hours and closed days allow. Ignores quiet hours.
 */
function openFrom(hours: ContactHours, zone: string, at: Instant): Instant {
  const { date, time } = wallTime(at, zone);
  if (isClosed(hours, date)) return nextDay(date, zone);
  if (!hours.open) return at;
  const today = hours.open[weekdayOf(date)];
  if (!today || time >= today.to) return nextDay(date, zone);
  return time < today.from ? atWall({ date, time: today.from }, zone) : at;
}

/**
 * Returns the first moment from `now` on that all rules allow, or undefined if there is none within
 * the searched days.
 */
function reachableFrom(hours: ContactHours, zone: string, now: Instant): Instant | undefined {
  let at = now;
  for (let tries = 0; tries < 2 * maxDays; tries++) {
    const open = openFrom(hours, zone, at);
    const after = (hours.quiet && findQuietEnd(hours.quiet, zone, open)) ?? open;
    if (after === at) return at;
    at = after;
  }
  return undefined;
}

const isAlwaysOpen = ({ quiet, open, closed }: ContactHours): boolean => !quiet && !open && !closed;

/** The hours of the journey, if it has its own, and those of the workspace. */
interface ReachabilityInput {
  hours?: ContactHours | undefined;
  workspace: Pick<Workspace, 'timezone' | 'quietHours'>;
  now: Instant;
}

/**
 * Applies quiet hours, open hours and closed days on the customer's clocks, also across clock
 * changes. Quiet hours of the journey replace the workspace's. Without rules it is always `now`.
 */
export function findReachability(
  profile: Profile,
  { hours = { missingZone: 'workspace' }, workspace, now }: ReachabilityInput,
): Reachability {
  const rules = { ...hours, ...compact({ quiet: hours.quiet ?? workspace.quietHours }) };
  if (isAlwaysOpen(rules)) return { when: 'now' };
  if (hours.missingZone === 'skip' && ownZone(profile) === undefined) return { when: 'never', reason: 'unknown-zone' };
  const at = reachableFrom(rules, homeZone(profile, workspace), now);
  if (at === undefined) return { when: 'never', reason: 'never-open' };
  return at === now ? { when: 'now' } : { when: 'later', until: at };
}
