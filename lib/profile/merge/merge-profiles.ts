import { profileLimits } from '../../model/profile-limits.ts';
import { mergeFacts } from '../facts/fold-facts.ts';
import { mergeCheckpoints } from './stream-checkpoint.ts';
import { type OpenDecision, type Profile } from '../../model/profile.ts';

function newest(decisions: Record<string, OpenDecision>): Record<string, OpenDecision> {
  const all = Object.entries(decisions).sort(([, a], [, b]) => (a.at > b.at ? -1 : 1));
  return Object.fromEntries(all.slice(0, profileLimits.decisions));
}

/** Where they stand: the stage of whichever met a rule last; of one time, or when neither met any, the user's. */
function stageOf(user: Profile, other: Profile): Profile['stage'] {
  if (!user.stage || !other.stage) return user.stage ?? other.stage;
  return (other.stage.met ?? '') > (user.stage.met ?? '') ? other.stage : user.stage;
}

/**
 * The profile of a user who turns out to be `other` too. Its facts are what folding every touchpoint of both into one profile had
 * given, whether they come before or after the merge. Journeys, waits and open decisions of both go on; their rows stay where
 * they are. What only a review knows (risk, silence) is the user's own, until the next one.
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
