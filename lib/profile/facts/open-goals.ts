import { type Instant } from '../../shared/time.ts';
import { profileLimits } from '../../model/profile-limits.ts';
import { type Profile } from '../../model/profile.ts';
import { type OpenGoal } from '../../model/active-enrolment.ts';

/** Under which a goal is kept: one for an enrolment, one for an experiment's step in it, one for each of its guard rails. */
export const goalId = ({
  enrolmentId,
  stepId,
  guardrail,
}: Pick<OpenGoal, 'enrolmentId' | 'stepId' | 'guardrail'>): string =>
  [enrolmentId, ...[stepId, guardrail].filter((part) => part !== undefined)].join('/');

/** The profile waiting for more goals. One that is waited for already stays as it is; past the bound the oldest are given up. */
export function addGoals(profile: Profile, added: readonly OpenGoal[]): Profile {
  if (added.length === 0) return profile;
  const all = Object.entries({ ...Object.fromEntries(added.map((goal) => [goalId(goal), goal])), ...profile.goals });
  all.sort(([, a], [, b]) => (a.since < b.since ? 1 : -1));
  return { ...profile, goals: Object.fromEntries(all.slice(0, profileLimits.goals)) };
}

/** Whether a touchpoint of that time counts. */
export const isWithinWindow = ({ since, until }: Pick<OpenGoal, 'since' | 'until'>, at: Instant): boolean =>
  at >= since && at < until;
