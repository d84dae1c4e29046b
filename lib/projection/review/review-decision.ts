import { hasCurrentRisk, reviewRisk } from '../../churn/review-risk.ts';
import { type Profile } from '../../model/profile.ts';
import { type ProfileWrite } from '../../profile/profile-store.ts';
import { transitionRow } from '../../profile/stage-transition-row.ts';
import { nextMembershipChange, updateMembership } from '../../segment/membership.ts';
import { addDuration, hourMs, minInstant, msBetween, type Instant } from '../../shared/time.ts';
import { decideNextStage } from '../../stage/next-stage.ts';
import { type ReviewRules } from './review-rules.ts';

/** A reviewed profile, before its segments are updated. */
type ReviewedProfile = Required<Pick<ProfileWrite, 'profile' | 'signals'>> & Pick<ProfileWrite, 'also'>;

/**
 * Longest time to the next review. Every customer has one, because segments are filled from the
 * list of due reviews, which is also the only list of all customers.
 */
const farthestReview = '730d';

/**
 * An event older than this causes no review. It comes from an import that may be half done, where
 * the customer would look lost. The next review is due at most a day after the first touchpoint was
 * folded and sees the whole.
 */
const backfillAfterMs = hourMs;

/** Reviews the risk and the stage, which silence may move without a touchpoint. */
function reviewWithStage(profile: Profile, { terms, model }: ReviewRules): ReviewedProfile {
  const reviewed = reviewRisk(profile, terms);
  if (!model) return reviewed;
  const { profile: staged, transition } = decideNextStage(model, { profile: reviewed.profile, now: terms.now });
  if (!transition) return reviewed;
  return {
    profile: staged,
    signals: [...reviewed.signals, { type: 'stage', transition }],
    also: [transitionRow(staged, transition)],
  };
}

/**
 * Updates segment membership after the review. The next review is the earlier of the planned one
 * and the next segment change by time alone.
 */
function withSegments(reviewed: ReviewedProfile, { segments, workspace, terms }: ReviewRules): ProfileWrite {
  const { now } = terms;
  const { profile, signals } = updateMembership(reviewed.profile, { segments, workspace, now });
  const planned = profile.nextReview ?? addDuration(now, farthestReview);
  const nextReview = minInstant(planned, nextMembershipChange(segments, profile, now) ?? planned);
  return { ...reviewed, profile: { ...profile, nextReview }, signals: [...reviewed.signals, ...signals] };
}

/** Returns whether an event is old enough to come from an import. */
export const isBackfilledEvent = (since: Instant, now: Instant): boolean => msBetween(since, now) > backfillAfterMs;

/** Reviews after an event at `since`. Returns undefined if not due. */
export function reviewAfterEvent(profile: Profile, rules: ReviewRules, since: Instant): ProfileWrite | undefined {
  const isAssessed = profile.churn !== undefined && profile.churn.assessedAt >= since;
  if (isAssessed && hasCurrentRisk(profile, rules.terms.assessor)) return undefined;
  return withSegments(reviewRisk(profile, rules.terms), rules);
}

/** Reviews when the next review is due. Returns undefined if not due. */
export function reviewWhenDue(profile: Profile, rules: ReviewRules): ProfileWrite | undefined {
  if (profile.nextReview === undefined || profile.nextReview > rules.terms.now) return undefined;
  return withSegments(reviewWithStage(profile, rules), rules);
}

/**
 * Returns whether the risk changed. By the same model a change of the score alone does not count,
 * because it moves with time.
 */
function hasRiskChanged({ churn: before }: Profile, { profile: { churn: after } }: ProfileWrite): boolean {
  if (!before || !after) return before !== after;
  const isRescored = before.modelVersion !== after.modelVersion && Math.abs(before.score - after.score) >= 1;
  return isRescored || before.band !== after.band;
}

const isSooner = (before: Profile, { profile: { nextReview } }: ProfileWrite): boolean =>
  nextReview !== undefined && (before.nextReview === undefined || nextReview < before.nextReview);

/** Reviews after a training. Returns undefined if the new model changes too little. */
export function reviewAfterTraining(profile: Profile, rules: ReviewRules): ProfileWrite | undefined {
  const reviewed = withSegments(reviewWithStage(profile, rules), rules);
  return hasRiskChanged(profile, reviewed) || isSooner(profile, reviewed) ? reviewed : undefined;
}
