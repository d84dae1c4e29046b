import { badAnswerAt } from '../../churn/churn-features.ts';
import { type Profile } from '../../model/profile.ts';
import { msBetween, type Instant, dayMs } from '../../shared/time.ts';

/** How long a bad answer, or a case without closing touchpoints, blocks promotions, ms. */
const freshMs = 30 * dayMs;

/** Touchpoints that open and close a support case. */
const opening = ['Case Opened', 'Complaint Filed', 'Support Ticket Opened', 'Ticket Created'];
const closing = [
  'Case Closed',
  'Complaint Resolved',
  'Support Ticket Closed',
  'Support Ticket Solved',
  'Ticket Solved',
];

const isFresh = (at: Instant | undefined, now: Instant): boolean => at !== undefined && msBetween(at, now) < freshMs;

/** Returns whether the customer's last survey answer was bad, and recent. */
export function hadNegativeExperience(profile: Pick<Profile, 'answers'>, now: Instant): boolean {
  return isFresh(badAnswerAt(profile), now);
}

/**
 * Returns whether more cases were opened than closed. A customer with closing touchpoints has the
 * case open until one comes. Without any, it counts as open for 30 days.
 */
export function hasOpenSupportCase({ counts }: Pick<Profile, 'counts'>, now: Instant): boolean {
  const tallies = (names: string[]) => names.flatMap((name) => counts[name] ?? []);
  const [opened, closed] = [tallies(opening), tallies(closing)];
  const times = (all: typeof opened): number => all.reduce((sum, { n }) => sum + n, 0);
  const latest = opened
    .map(({ last }) => last)
    .sort()
    .at(-1);
  return times(opened) > times(closed) && (closed.length > 0 || isFresh(latest, now));
}
