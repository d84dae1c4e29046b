import { type Change } from '../profile/store.ts';
import { type Profile } from '../profile/profile.ts';
import { type Signal } from '../profile/signal.ts';
import { after, between, type Duration, type Instant, plus } from '../time.ts';
import { type RiskBand } from './risk.ts';
import { assess, bandOf, churnProbability } from './score.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How far we look ahead for a change of band: who stays in one that long is looked at again when there is something new. */
const farthestMs = 730 * dayMs;

const bandAt = (profile: Profile, at: Instant): RiskBand => bandOf(churnProbability(profile, at));

/**
 * The first moment of another band than now's if nothing happens, to the minute; undefined when two years bring none. By bisection,
 * as silence only ever raises the risk: twenty scores, no read.
 */
export function bandChange(profile: Profile, now: Instant): Instant | undefined {
  const band = bandAt(profile, now);
  let same = 0;
  let other = farthestMs;
  if (bandAt(profile, plus(now, other)) === band) return undefined;
  while (other - same > minuteMs) {
    const middle = Math.floor((same + other) / 2);
    if (bandAt(profile, plus(now, middle)) === band) same = middle;
    else other = middle;
  }
  return plus(now, other);
}

const earliest = (first: Instant, ...others: Instant[]): Instant => others.reduce((a, b) => (b < a ? b : a), first);

/** Never sooner than in an hour: a review that schedules itself for the same moment would run for ever. */
const notBefore = (at: Instant, now: Instant): Instant => (between(now, at) < hourMs ? plus(now, hourMs) : at);

/**
 * When to look at the customer again if nothing happens: as the band changes, or the silence reaches the next of `silences`. Undefined
 * when neither lies ahead; then the customer is in no review's way until the next touchpoint.
 */
export function nextReview(profile: Profile, now: Instant, silences: Duration[]): Instant | undefined {
  const change = bandChange(profile, now);
  const marks = silences.map((silence) => after(profile.lastSeen, silence)).filter((mark) => mark > now);
  const [first, ...others] = change === undefined ? marks : [change, ...marks];
  return first === undefined ? undefined : notBefore(earliest(first, ...others), now);
}

/**
 * What a fold of touchpoints makes of the time of the next review. It does not know the silences that journeys wait for, so that
 * somebody with no review ahead is looked at a day later, and the review goes on from there. A time once set stays, even when it has
 * become too early (the review finds nothing and moves it): an active customer's index entry is written once in weeks, not with each
 * touchpoint. It moves earlier only when the band would change before it, or has already.
 */
export function firstReview(profile: Profile, now: Instant): Instant {
  const { nextReview: planned, churn } = profile;
  const band = bandAt(profile, now);
  if (churn && band !== churn.band)
    return planned === undefined ? plus(now, hourMs) : earliest(planned, plus(now, hourMs));
  if (planned === undefined) return plus(now, dayMs);
  if (planned <= now || !churn || bandAt(profile, planned) === band) return planned;
  return notBefore(bandChange(profile, now) ?? planned, now);
}

/** Silences the customer has reached and nobody was told of. Once for each silence and mark, however often we look. */
function untold({ lastSeen, silence }: Profile, now: Instant, silences: Duration[]): Duration[] {
  const told = silence?.since === lastSeen ? silence.told : [];
  return [...new Set(silences)].filter((mark) => after(lastSeen, mark) <= now && !told.includes(mark));
}

export interface ReviewTerms {
  now: Instant;
  /** Silences a live journey waits for: told to the bus. */
  silences: Duration[];
  /** Other silences at which something may change, such as a stage: looked at, not told. */
  looks?: Duration[];
}

/**
 * The profile with its risk of now and the time of its next review. Signals `churn` when the band changed (somebody never assessed
 * counts as low) and `silent` for each silence newly reached. Looking twice at one moment signals nothing the second time.
 */
export function review(
  profile: Profile,
  { now, silences, looks = [] }: ReviewTerms,
): Required<Pick<Change, 'profile' | 'signals'>> {
  const { nextReview: _past, ...kept } = profile;
  const risk = assess(profile, now);
  const marks = untold(profile, now, silences);
  const from = profile.churn?.band;
  const next = nextReview(profile, now, [...silences, ...looks]);
  const told = profile.silence?.since === profile.lastSeen ? profile.silence.told : [];
  const signals: Signal[] = marks.map((mark) => ({ type: 'silent', for: mark, since: profile.lastSeen }));
  if (risk.band !== (from ?? 'low')) signals.push({ type: 'churn', ...(from && { from }), risk });
  return {
    profile: {
      ...kept,
      churn: risk,
      ...(marks.length > 0 && { silence: { since: profile.lastSeen, told: [...told, ...marks] } }),
      ...(next !== undefined && { nextReview: next }),
    },
    signals,
  };
}
