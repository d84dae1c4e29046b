import { type Wait } from '../../model/active-enrolment.ts';
import { type ProfileChange } from '../../model/profile-change.ts';
import { matchedPredicateIndex } from '../../predicate/evaluate.ts';
import { causeOf } from '../../profile/cause.ts';
import { omitBy } from '../../shared/records.ts';
import { type CorrectedTouchpoint, type Reaction, type ReactionState } from '../projection-state.ts';
import { contextAfter, isWithinEnrolment } from './evaluation-context.ts';

function completeWaits(state: ReactionState, event: CorrectedTouchpoint): ReactionState {
  const { profile } = state;
  const { at } = event;
  const context = contextAfter(state, event);
  const isOpen = (wait: Wait): boolean =>
    isWithinEnrolment(profile.journeys[wait.enrolmentId] ?? wait, at) && at < wait.until;
  const branches = new Map<string, number>();
  for (const [waitId, wait] of Object.entries(profile.waits)) {
    const branch = isOpen(wait) ? matchedPredicateIndex(wait, context) : undefined;
    if (branch !== undefined) branches.set(waitId, branch);
  }
  if (branches.size === 0) return state;
  const cause = causeOf(event.touchpoint, at);
  const completed = [...branches].map(([waitId, way]): ProfileChange => {
    return { type: 'woken', waitId, cause, ...(way > 0 && { way }) };
  });
  const waits = omitBy(profile.waits, (_, waitId) => branches.has(waitId));
  return { ...state, profile: { ...profile, waits }, signals: [...state.signals, ...completed] };
}

/**
 * Completes waits that the touchpoint matches. A touchpoint from before the step counts too if it
 * is within the enrolment, because it was only delivered late.
 */
export const waitCompletion: Reaction = { react: completeWaits };
