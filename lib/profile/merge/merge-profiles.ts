import { profileLimits } from '../../model/profile-limits.ts';
import { mergeFacts } from '../facts/fold-facts.ts';
import { mergeCheckpoints } from './stream-checkpoint.ts';
import { type OpenDecision, type Profile } from '../../model/profile.ts';

function newest(decisions: Record<string, OpenDecision>): Record<string, OpenDecision> {
  const all = Object.entries(decisions).sort(([, a], [, b]) => (a.at > b.at ? -1 : 1));
  return Object.fromEntries(all.slice(0, profileLimits.decisions));
}

/**
 * Returns the stage of the profile that matched a stage rule last. At equal times, or if neither
 * matched, the user's.
 */
function stageOf(user: Profile, other: Profile): Profile['stage'] {
  if (!user.stage || !other.stage) return user.stage ?? other.stage;
  return (other.stage.met ?? '') > (user.stage.met ?? '') ? other.stage : user.stage;
}

/**
 * Merges `other` into the user's profile. The facts equal those of folding all touchpoints of both,
 * before or after the merge. Journeys, waits, goals and decisions of both go on, and their rows
 * keep their keys. The user's risk and review time win; silence is the user's only.
 */
export function mergeProfiles(user: Profile, other: Profile): Profile {
  const stage = stageOf(user, other);
  const churn = user.churn ?? other.churn;
  const nextReview = user.nextReview ?? other.nextReview;
  return {
    ...user,
    ...mergeFacts(user, other),
    ...(stage && { stage }),
    ...(churn && { churn }),
    ...(nextReview !== undefined && { nextReview }),
    journeys: { ...other.journeys, ...user.journeys },
    waits: { ...other.waits, ...user.waits },
    goals: { ...other.goals, ...user.goals },
    decisions: newest({ ...other.decisions, ...user.decisions }),
    linked: [...new Set([...user.linked, other.customer, ...other.linked])],
    folded: mergeCheckpoints(user.folded, other.folded),
  };
}
