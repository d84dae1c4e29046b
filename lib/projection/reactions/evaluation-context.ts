import { type EvaluationContext } from '../../predicate/evaluate.ts';
import { addMs, type Instant, minuteMs } from '../../shared/time.ts';
import { type CorrectedTouchpoint, type ReactionState } from '../projection-state.ts';

/** Returns the input of predicates after the fold. `now` is when the customer was last seen. */
export const contextAfter = (
  { profile }: Pick<ReactionState, 'profile'>,
  { touchpoint }: CorrectedTouchpoint,
): EvaluationContext => ({ profile, touchpoint, now: profile.lastSeen });

/**
 * A touchpoint up to this much older than an enrolment still counts for it, ms. It may have been on
 * its way when the customer was admitted. An older one ends no enrolment and no wait.
 */
const lateToleranceMs = 5 * minuteMs;

/** Returns whether a touchpoint at `at` counts for an enrolment or a wait since `since`. */
export const isWithinEnrolment = ({ since }: { since: Instant }, at: Instant): boolean =>
  at >= addMs(since, -lateToleranceMs);
