import { type Instant } from '../../shared/time.ts';
import { profileLimits } from '../../model/profile-limits.ts';
import { type Profile } from '../../model/profile.ts';
import { type OpenGoal } from '../../model/active-enrolment.ts';

/**
 * Returns the key of an open goal: one for an enrolment, one for each of its experiments, one for
 * each guardrail.
 */
export const goalId = ({
  enrolmentId,
  stepId,
  guardrail,
}: Pick<OpenGoal, 'enrolmentId' | 'stepId' | 'guardrail'>): string =>
  [enrolmentId, ...[stepId, guardrail].filter((part) => part !== undefined)].join('/');

/**
 * Adds open goals to a profile. Idempotent: an open goal is not replaced. Past the limit the oldest
 * are dropped.
 */
export function addGoals(profile: Profile, added: readonly OpenGoal[]): Profile {
  if (added.length === 0) return profile;
  const all = Object.entries({ ...Object.fromEntries(added.map((goal) => [goalId(goal), goal])), ...profile.goals });
  all.sort(([, a], [, b]) => (a.since < b.since ? 1 : -1));
  return { ...profile, goals: Object.fromEntries(all.slice(0, profileLimits.goals)) };
}

/** Returns whether a touchpoint at this time counts for the goal. `until` is exclusive. */
export const isWithinWindow = ({ since, until }: Pick<OpenGoal, 'since' | 'until'>, at: Instant): boolean =>
  at >= since && at < until;
