import { updateMembership } from '../../segment/membership.ts';
import {
  type CorrectedTouchpoint,
  type ProjectionRules,
  type Reaction,
  type ReactionState,
} from '../projection-state.ts';

function applyMembership(
  state: ReactionState,
  { touchpoint: { messageId, name } }: CorrectedTouchpoint,
  { segments = [], workspace }: ProjectionRules,
): ReactionState {
  const input = { segments, workspace, now: state.profile.lastSeen, touchpoint: { messageId, name } };
  const { profile, signals, joined } = updateMembership(state.profile, input);
  if (signals.length === 0) return state;
  return { ...state, profile, signals: [...state.signals, ...signals], joinedSegments: joined };
}

/** Adds the customer to segments whose predicate holds now, and removes it from others. */
export const segmentMembership: Reaction = { react: applyMembership };
