import { type ProfileWrite } from '../profile/profile-store.ts';
import { type Profile } from '../model/profile.ts';
import { type ProfileChange } from '../model/profile-change.ts';
import { addDuration, msBetween, type Duration, type Instant, addMs } from '../shared/time.ts';
import { type RiskModel } from './risk-model.ts';
import { riskChangeOf } from './risk-change.ts';
import { defaultRiskModel } from './default-model.ts';
import { packRisk } from '../profile/codec/risk-codec.ts';
import { type ChurnRisk } from '../model/churn-risk.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The first moment of another band than now's if nothing happens. */
export const nextBandChange = (
  profile: Profile,
  now: Instant,
  assessor: RiskModel = defaultRiskModel,
): Instant | undefined => assessor.bandChange(profile, now);

const earliest = (first: Instant, ...others: Instant[]): Instant => others.reduce((a, b) => (b < a ? b : a), first);

/** Never sooner than in an hour: a review that schedules itself for the same moment would run for ever. */
const notBefore = (at: Instant, now: Instant): Instant => (msBetween(now, at) < hourMs ? addMs(now, hourMs) : at);

/**
 * When to look at the customer again if nothing happens: as the band changes, or the silence reaches the next of `silences`. Undefined
 * when neither lies ahead; then the customer is in no review's way until the next touchpoint.
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
 * What a fold of touchpoints makes of the time of the next review. It does not know the silences that journeys wait for, so that
 * somebody with no review ahead is looked at a day later, and the review goes on from there. A time once set stays, even when it has
 * become too early (the review finds nothing and moves it): an active customer's index entry is written once in weeks, not with each
 * touchpoint. It moves earlier only when the band would change before it, or has already.
 */
export function planFirstReview(profile: Profile, now: Instant, assessor: RiskModel = defaultRiskModel): Instant {
  const { nextReview: planned, churn } = profile;
  const band = assessor.bandAt(profile, now);
  if (churn && band !== churn.band)
    return planned === undefined ? addMs(now, hourMs) : earliest(planned, addMs(now, hourMs));
  if (planned === undefined) return addMs(now, dayMs);
  // A change of band is known to the minute: who is seen again within that would have it moved each time.
  if (planned <= now || !churn || assessor.bandAt(profile, addMs(planned, -minuteMs)) === band) return planned;
  return notBefore(assessor.bandChange(profile, now) ?? planned, now);
}

/** Silences the customer has reached and nobody was told of. Once for each silence and mark, however often we look. */
function unreportedSilences({ lastSeen, silence }: Profile, now: Instant, silences: Duration[]): Duration[] {
  const told = silence?.since === lastSeen ? silence.told : [];
  return [...new Set(silences)].filter((mark) => addDuration(lastSeen, mark) <= now && !told.includes(mark));
}

export interface RiskReviewTerms {
  now: Instant;
  /** Silences a live journey waits for: told to the bus. */
  silences: Duration[];
  /** Other silences at which something may change, such as a stage: looked at, not told. */
  looks?: Duration[];
  /** Who assesses the workspace's customers; the shipped cold start where none is named. */
  assessor?: RiskModel;
}

/** The risk of now, with what changed since the last. */
export function withScoredRisk(profile: Profile, now: Instant, assessor: RiskModel): ChurnRisk | undefined {
  const risk = assessor.assess(profile, now);
  const change = risk && riskChangeOf({ before: profile.churn, after: risk }, profile, assessor.keyEvents);
  return change ? { ...risk, change } : risk;
}

/** A risk as it is kept, without what it was told against. */
const bare = ({ change: _change, ...risk }: ChurnRisk): string => JSON.stringify(packRisk(risk));

/**
 * Whether the risk that the profile keeps is what the profile gives for the moment it was assessed at: then nothing but time has passed. It
 * does not ask the clock, so it says the same however late an event is told again.
 */
export function hasCurrentRisk(profile: Profile, assessor: RiskModel = defaultRiskModel): boolean {
  const { churn } = profile;
  const risk = churn && assessor.assess(profile, churn.assessedAt);
  return churn !== undefined && risk !== undefined && bare(churn) === bare(risk);
}

/**
 * The profile with its risk of now and the time of its next review. Signals `churn` when the band changed (somebody never assessed
 * counts as low) and `silent` for each silence newly reached. Looking twice at one moment signals nothing the second time. Of whom the
 * workspace does not ask it there is no risk, and no signal of its going.
 */
export function reviewRisk(
  profile: Profile,
  { now, silences, looks = [], assessor = defaultRiskModel }: RiskReviewTerms,
): Required<Pick<ProfileWrite, 'profile' | 'signals'>> {
  const { nextReview: _past, churn, ...kept } = profile;
  const risk = withScoredRisk(profile, now, assessor);
  const marks = unreportedSilences(profile, now, silences);
  const next = planNextReview(profile, now, { silences: [...silences, ...looks], assessor });
  const told = profile.silence?.since === profile.lastSeen ? profile.silence.told : [];
  const signals: ProfileChange[] = marks.map((mark) => ({ type: 'silent', for: mark, since: profile.lastSeen }));
  if (risk && risk.band !== (churn?.band ?? 'low'))
    signals.push({ type: 'churn', ...(churn && { from: churn.band }), risk });
  return {
    profile: {
      ...kept,
      ...(risk && { churn: risk }),
      ...(marks.length > 0 && { silence: { since: profile.lastSeen, told: [...told, ...marks] } }),
      ...(next !== undefined && { nextReview: next }),
    },
    signals,
  };
}
