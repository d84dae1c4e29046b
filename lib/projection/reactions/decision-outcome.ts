import { type ProfileChange } from '../../model/profile-change.ts';
import { type OpenDecision, type Profile } from '../../model/profile.ts';
import { type EvaluationContext, matches } from '../../predicate/evaluate.ts';
import { causeOf } from '../../profile/cause.ts';
import { type Json, valueAtPath } from '../../shared/json.ts';
import { type CorrectedTouchpoint, type Reaction, type ReactionState } from '../projection-state.ts';
import { contextAfter } from './evaluation-context.ts';

/** Names of touchpoints that prove a decision was seen; `properties.decisionId` names it. */
const exposures = new Set(['Offer Viewed', 'Offer Shown', 'Promotion Viewed', 'Experiment Viewed']);

/** What a touchpoint proves of an open decision. */
interface DecisionEvidence {
  isSeen: boolean;
  succeeds: boolean;
}

function findEvidence(
  decision: OpenDecision,
  { touchpoint, at }: CorrectedTouchpoint,
  { isNamed, context }: { isNamed: boolean; context: EvaluationContext },
): DecisionEvidence {
  const inTime = at >= decision.at && at < decision.until;
  const succeeds = inTime && (decision.exposed || isNamed) && matches(decision.on, context);
  const isSeen = !decision.exposed && isNamed && (succeeds || exposures.has(touchpoint.name));
  return { isSeen, succeeds };
}

function settleDecisions(state: ReactionState, event: CorrectedTouchpoint): ReactionState {
  const { touchpoint, at } = event;
  const context = contextAfter(state, event);
  const named: Json | undefined = valueAtPath(touchpoint.properties, 'decisionId');
  const open: [string, OpenDecision][] = [];
  const changes: ProfileChange[] = [];
  for (const [decisionId, decision] of Object.entries(state.profile.decisions)) {
    const { isSeen, succeeds } = findEvidence(decision, event, { isNamed: decisionId === named, context });
    if (isSeen) changes.push({ type: 'exposed', decisionId, at });
    if (succeeds) changes.push({ type: 'outcome', decisionId, cause: causeOf(touchpoint, at) });
    else open.push([decisionId, isSeen ? { ...decision, exposed: true } : decision]);
  }
  if (changes.length === 0) return state;
  const profile: Profile = { ...state.profile, decisions: Object.fromEntries(open) };
  return { ...state, profile, signals: [...state.signals, ...changes] };
}

/**
 * Settles open decisions that the touchpoint shows as seen or successful. A success counts for a
 * decision seen before, or one that the touchpoint names: a click on an offer proves that it was
 * seen.
 */
export const decisionOutcome: Reaction = { react: settleDecisions };
