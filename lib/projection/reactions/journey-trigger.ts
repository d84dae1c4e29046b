import { type Trigger } from '../../journey/definition/trigger.ts';
import { type ProfileChange } from '../../model/profile-change.ts';
import { type EvaluationContext, matches } from '../../predicate/evaluate.ts';
import { causeOf } from '../../profile/cause.ts';
import {
  type CorrectedTouchpoint,
  type ProjectionRules,
  type Reaction,
  type ReactionState,
} from '../projection-state.ts';
import { contextAfter } from './evaluation-context.ts';

function isTriggered(
  trigger: Trigger,
  { enteredStage, joinedSegments }: ReactionState,
  context: EvaluationContext,
): boolean {
  if ('touchpoint' in trigger) return matches(trigger.touchpoint, context);
  if ('segmentJoined' in trigger) return trigger.segmentJoined.some((id) => joinedSegments.includes(id));
  return 'stageEntered' in trigger && enteredStage !== undefined && trigger.stageEntered.includes(enteredStage);
}

function triggerJourneys(
  state: ReactionState,
  event: CorrectedTouchpoint,
  { journeys }: ProjectionRules,
): ReactionState {
  const context = contextAfter(state, event);
  const enrolled = new Set(Object.values(state.profile.journeys).map(({ journeyId }) => journeyId));
  const triggered = journeys.filter(
    ({ id, entry }) =>
      (entry.key !== undefined || !enrolled.has(id)) &&
      entry.triggers.some((trigger) => isTriggered(trigger, state, context)),
  );
  if (triggered.length === 0) return state;
  const cause = causeOf(event.touchpoint, event.at);
  const signals = triggered.map(({ id }): ProfileChange => ({ type: 'triggered', journeyId: id, cause }));
  return { ...state, signals: [...state.signals, ...signals] };
}

/**
 * Adds `triggered` for each journey that the touchpoint, or the stage or segment it led to,
 * triggers: once per journey. An enrolled customer does not trigger the journey again, unless
 * entries have a key.
 */
export const journeyTrigger: Reaction = { skipsBackfill: true, react: triggerJourneys };
