import { decideNextStage } from '../../stage/next-stage.ts';
import {
  type CorrectedTouchpoint,
  type ProjectionRules,
  type Reaction,
  type ReactionState,
} from '../projection-state.ts';

function applyStageTransition(
  state: ReactionState,
  { touchpoint, at }: CorrectedTouchpoint,
  { model }: ProjectionRules,
): ReactionState {
  const current = { profile: state.profile, touchpoint: { ...touchpoint, at }, now: state.profile.lastSeen };
  const { profile, transition } = decideNextStage(model, current);
  if (!transition) return { ...state, profile };
  return {
    ...state,
    profile,
    signals: [...state.signals, { type: 'stage', transition }],
    transitions: [...state.transitions, transition],
    enteredStage: transition.to,
  };
}

/** Moves the customer to the stage whose rule the touchpoint matches. */
export const stageTransition: Reaction = { react: applyStageTransition };
