import { type ActiveEnrolment } from '../../model/active-enrolment.ts';
import { type ProfileChange } from '../../model/profile-change.ts';
import { matches } from '../../predicate/evaluate.ts';
import { causeOf } from '../../profile/cause.ts';
import { omitBy } from '../../shared/records.ts';
import { type CorrectedTouchpoint, type Reaction, type ReactionState } from '../projection-state.ts';
import { contextAfter, isWithinEnrolment } from './evaluation-context.ts';

function exitJourneys(state: ReactionState, event: CorrectedTouchpoint): ReactionState {
  const { profile } = state;
  const context = contextAfter(state, event);
  const ends = (enrolment: ActiveEnrolment): boolean =>
    enrolment.exit !== undefined && isWithinEnrolment(enrolment, event.at) && matches(enrolment.exit, context);
  const ended = Object.entries(profile.journeys).flatMap(([id, enrolment]) => (ends(enrolment) ? [id] : []));
  if (ended.length === 0) return state;
  const cause = causeOf(event.touchpoint, event.at);
  const journeys = omitBy(profile.journeys, (_, id) => ended.includes(id));
  const waits = omitBy(profile.waits, ({ enrolmentId }) => ended.includes(enrolmentId));
  const exited = ended.map((enrolmentId): ProfileChange => ({ type: 'exited', enrolmentId, cause }));
  return { ...state, profile: { ...profile, journeys, waits }, signals: [...state.signals, ...exited] };
}

/**
 * Ends enrolments whose exit criteria the touchpoint matches, with their waits. The step guard
 * sends nothing for them after this write.
 */
export const journeyExit: Reaction = { react: exitJourneys };
