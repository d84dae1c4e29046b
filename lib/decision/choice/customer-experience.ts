import { badAnswerAt } from '../../churn/churn-features.ts';
import { type Profile } from '../../model/profile.ts';
import { msBetween, type Instant } from '../../shared/time.ts';

/** For how long a bad answer, or a case nobody told the end of, keeps promotions away. */
const freshMs = 30 * 86_400_000;

/** Touchpoints that open a case and those that close one. */
const opening = ['Case Opened', 'Complaint Filed', 'Support Ticket Opened', 'Ticket Created'];
const closing = [
  'Case Closed',
  'Complaint Resolved',
  'Support Ticket Closed',
  'Support Ticket Solved',
  'Ticket Solved',
];

const isFresh = (at: Instant | undefined, now: Instant): boolean => at !== undefined && msBetween(at, now) < freshMs;

/** Whether the customer answered a survey badly of late, and no better since. */
export function hadNegativeExperience(profile: Pick<Profile, 'answers'>, now: Instant): boolean {
  return isFresh(badAnswerAt(profile), now);
}

/**
 * Whether a case of the customer is open: more were opened than closed. Where closings are told at all it stays open until one is; where
 * they never are, for thirty days.
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
