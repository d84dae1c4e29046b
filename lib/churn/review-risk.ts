import { type ProfileWrite } from '../profile/profile-store.ts';
import { type Profile } from '../model/profile.ts';
import { type ProfileChange } from '../model/profile-change.ts';
import { addDuration, msBetween, type Duration, type Instant, addMs, dayMs, hourMs, minuteMs } from '../shared/time.ts';
import { type RiskModel } from './risk-model.ts';
import { riskChangeOf } from './risk-change.ts';
import { defaultRiskModel } from './default-model.ts';
import { packRisk } from '../profile/codec/risk-codec.ts';
import { type ChurnRisk } from '../model/churn-risk.ts';

/** Returns the first time at which the band changes without further touchpoints. */
export const nextBandChange = (
  profile: Profile,
  now: Instant,
  assessor: RiskModel = defaultRiskModel,
): Instant | undefined => assessor.bandChange(profile, now);

const earliest = (first: Instant, ...others: Instant[]): Instant => others.reduce((a, b) => (b < a ? b : a), first);

/**
 * At least an hour from now. A review that schedules itself for the same moment would loop forever.
 */
const notBefore = (at: Instant, now: Instant): Instant => (msBetween(now, at) < hourMs ? addMs(now, hourMs) : at);

/**
 * Returns when to review the customer without further touchpoints: when the band changes, or the
 * silence reaches the next of `silences`. Undefined if neither is ahead.
 */
export function planNextReview(
  profile: Profile,
  now: Instant,
  { silences, assessor = defaultRiskModel }: Pick<RiskReviewTerms, 'silences' | 'assessor'>,
): Instant | undefined {
  const change = assessor.bandChange(profile, now);
  const marks = silences.map((silence) => addDuration(profile.lastSeen, silence)).filter((mark) => mark > now);
  const [first, ...others] = change === undefined ? marks : [change, ...marks];
  return first === undefined ? undefined : notBefore(earliest(first, ...others), now);
}

/**
 * Returns the next review after a fold, which does not know the silences of journeys. So a customer
 * without a planned review is reviewed a day later. A planned time is kept even if too early, so
 * that an active customer's index entry is written once in weeks. It moves earlier only if the band
 * changes before it.
 */
export function planFirstReview(profile: Profile, now: Instant, assessor: RiskModel = defaultRiskModel): Instant {
  const { nextReview: planned, churn } = profile;
  const band = assessor.bandAt(profile, now);
  if (churn && band !== churn.band)
    return planned === undefined ? addMs(now, hourMs) : earliest(planned, addMs(now, hourMs));
  if (planned === undefined) return addMs(now, dayMs);
  // A change of band is known to the minute. A shorter tolerance would move the review with each
  // touchpoint.
  if (planned <= now || !churn || assessor.bandAt(profile, addMs(planned, -minuteMs)) === band) return planned;
  return notBefore(assessor.bandChange(profile, now) ?? planned, now);
}

/** Returns the silences that were reported since the last touchpoint. */
const reportedSilences = ({ lastSeen, silence }: Pick<Profile, 'lastSeen' | 'silence'>): Duration[] =>
  silence?.since === lastSeen ? silence.told : [];

/**
 * Returns the silences that were reached and not reported yet. Each is reported once per silence.
 */
function unreportedSilences({ lastSeen, silence }: Profile, now: Instant, silences: Duration[]): Duration[] {
  const reported = reportedSilences({ lastSeen, silence });
  return [...new Set(silences)].filter((mark) => addDuration(lastSeen, mark) <= now && !reported.includes(mark));
}

/** What a review of a customer's risk goes by. */
export interface RiskReviewTerms {
  now: Instant;
  /** Silences that trigger a live journey. Reported to the bus. */
  silences: Duration[];
  /** Other silences at which something may change, such as a stage. Reviewed but not reported. */
  looks?: Duration[];
  /** The model that assesses the customers. Default: the cold-start model. */
  assessor?: RiskModel;
}

/** Returns the present risk, with what changed since the last. */
export function withScoredRisk(profile: Profile, now: Instant, assessor: RiskModel): ChurnRisk | undefined {
  const risk = assessor.assess(profile, now);
  const change = risk && riskChangeOf({ before: profile.churn, after: risk }, profile, assessor.keyEvents);
  return change ? { ...risk, change } : risk;
}

/** Serialises a risk as stored, without its change. */
const bare = ({ change: _change, ...risk }: ChurnRisk): string => JSON.stringify(packRisk(risk));

/**
 * Returns whether the stored risk equals a new assessment at its `assessedAt`, so that only time
 * has passed. Reads no clock, so a late redelivery has the same result.
 */
export function hasCurrentRisk(profile: Profile, assessor: RiskModel = defaultRiskModel): boolean {
  const { churn } = profile;
  const risk = churn && assessor.assess(profile, churn.assessedAt);
  return churn !== undefined && risk !== undefined && bare(churn) === bare(risk);
}

/** Returns a signal for each silence newly reached, and one if the band changed. */
function signalsOf({ churn, lastSeen }: Profile, risk: ChurnRisk | undefined, marks: Duration[]): ProfileChange[] {
  const silent = marks.map((mark) => ({ type: 'silent' as const, for: mark, since: lastSeen }));
  if (!risk || risk.band === (churn?.band ?? 'low')) return silent;
  return [...silent, { type: 'churn', ...(churn && { from: churn.band }), risk }];
}

/**
 * Returns the profile with its present risk and next review. Signals `churn` if the band changed
 * (without a risk it counts as low), and `silent` for each silence newly reached. A second review
 * at the same time signals nothing. An ineligible customer has no risk, and its removal is not
 * signalled.
 */
export function reviewRisk(
  profile: Profile,
  { now, silences, looks = [], assessor = defaultRiskModel }: RiskReviewTerms,
): Required<Pick<ProfileWrite, 'profile' | 'signals'>> {
  const { nextReview: _past, churn: _before, ...kept } = profile;
  const risk = withScoredRisk(profile, now, assessor);
  const marks = unreportedSilences(profile, now, silences);
  const next = planNextReview(profile, now, { silences: [...silences, ...looks], assessor });
  return {
    profile: {
      ...kept,
      ...(risk && { churn: risk }),
      ...(marks.length > 0 && { silence: { since: profile.lastSeen, told: [...reportedSilences(profile), ...marks] } }),
      ...(next !== undefined && { nextReview: next }),
    },
    signals: signalsOf(profile, risk, marks),
  };
}
