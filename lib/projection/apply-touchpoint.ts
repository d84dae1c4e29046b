import { foldFacts } from '../profile/facts/fold-facts.ts';
import {
  type CorrectedTouchpoint,
  type ProjectionRules,
  type ProjectionState,
  type Reaction,
  type ReactionState,
} from './projection-state.ts';
import { decisionOutcome } from './reactions/decision-outcome.ts';
import { goalConversion } from './reactions/goal-conversion.ts';
import { journeyExit } from './reactions/journey-exit.ts';
import { journeyTrigger } from './reactions/journey-trigger.ts';
import { messageSeen } from './reactions/message-seen.ts';
import { segmentMembership } from './reactions/segment-membership.ts';
import { stageTransition } from './reactions/stage-transition.ts';
import { waitCompletion } from './reactions/wait-completion.ts';

/**
 * Everything that reacts to a touchpoint, in order. Each sees the profile as the facts and the
 * reactions before it left it.
 */
const reactions: readonly Reaction[] = [
  stageTransition,
  segmentMembership,
  journeyExit,
  waitCompletion,
  decisionOutcome,
  goalConversion,
  messageSeen,
  journeyTrigger,
];

const backfillReactions = reactions.filter(({ skipsBackfill }) => skipsBackfill !== true);

/**
 * Applies one touchpoint: folds its facts, then runs the reactions. Pure, so a conflict is retried
 * with another profile.
 */
export function applyTouchpoint(
  state: ProjectionState,
  event: CorrectedTouchpoint,
  rules: ProjectionRules,
): ProjectionState {
  const { touchpoint, at, isBackfill = false } = event;
  const facts = foldFacts(state.profile, touchpoint, { at, workspace: rules.workspace });
  const folded: ReactionState = { ...state, profile: facts, joinedSegments: [] };
  const applied = isBackfill ? backfillReactions : reactions;
  const { profile, signals, transitions } = applied.reduce((next, { react }) => react(next, event, rules), folded);
  return { profile, signals, transitions };
}
