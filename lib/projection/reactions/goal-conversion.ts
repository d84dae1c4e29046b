import { type OpenGoal } from '../../model/active-enrolment.ts';
import { type Cause, type ProfileChange } from '../../model/profile-change.ts';
import { matches } from '../../predicate/evaluate.ts';
import { causeOf } from '../../profile/cause.ts';
import { isWithinWindow } from '../../profile/facts/open-goals.ts';
import { omitBy } from '../../shared/records.ts';
import { type CorrectedTouchpoint, type Reaction, type ReactionState } from '../projection-state.ts';
import { contextAfter } from './evaluation-context.ts';

const goalReached = ({ on: _, since: __, until: ___, ...goal }: OpenGoal, cause: Cause): ProfileChange => ({
  type: 'goal',
  ...goal,
  cause,
});

function convertGoals(state: ReactionState, event: CorrectedTouchpoint): ReactionState {
  const { profile } = state;
  const context = contextAfter(state, event);
  const reached = new Map(
    Object.entries(profile.goals).filter(([, goal]) => isWithinWindow(goal, event.at) && matches(goal.on, context)),
  );
  if (reached.size === 0) return state;
  const cause = causeOf(event.touchpoint, event.at);
  const goals = omitBy(profile.goals, (_, id) => reached.has(id));
  const converted = [...reached.values()].map((goal) => goalReached(goal, cause));
  return { ...state, profile: { ...profile, goals }, signals: [...state.signals, ...converted] };
}

/**
 * Converts goals that the touchpoint reaches, during the enrolment or after it. Each goal is
 * reported once, because it is removed from the profile.
 */
export const goalConversion: Reaction = { react: convertGoals };
