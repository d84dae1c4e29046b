import { type Profile } from '../model/profile.ts';
import { msBetween, type Instant, dayMs } from '../shared/time.ts';
import { purchaseHistoryOfDays } from './purchase-model/key-day-history.ts';
import { dayIndex } from '../profile/facts/key-days.ts';

/**
 * Inputs of the risk, all from the profile, so the cost does not depend on the number of
 * touchpoints. Times are days.
 */
export interface ChurnFeatures {
  /**
   * Days with a purchase after the first. Days before the profile kept them are estimated: at most
   * as many as purchases, and as days in `span`.
   */
  repeats: number;
  /** What a day with a purchase is worth, on average. */
  worth: number;
  /** From the first purchase to the last. */
  span: number;
  purchased: boolean;
  /** Since the last purchase; without one, since the last touchpoint. */
  silence: number;
  /**
   * Days since the last touchpoint of a buyer who came back later than a day after the last
   * purchase.
   */
  visitedAgo?: number;
  badAnswer: boolean;
  complained: boolean;
  refusedContact: boolean;
  cancelled: boolean;
}

/** Touchpoints that are a complaint or a cancellation. Names are Segment's where it has one. */
const complaints = [
  'Complaint Filed',
  'Support Ticket Opened',
  'Refund Requested',
  'Order Refunded',
  'Product Returned',
];
const goodbyes = ['Subscription Cancelled', 'Account Deleted', 'Account Closed'];

/** Touchpoints beside key events that change a risk. */
export const informativeEvents: readonly string[] = [...complaints, ...goodbyes];

/**
 * Answers that show a bad experience: detractors of NPS (0–6), the lower two of CSAT (1–5), the
 * lower three of CES (1–7, 7 is easy). On a wider scale only the lowest are known to be bad.
 */
const badAnswerUpTo = { nps: 6, csat: 2, ces: 3 } as const satisfies Record<keyof Profile['answers'], number>;

/**
 * Returns when the customer last answered a survey badly, unless a better answer to the same survey
 * followed.
 */
export function badAnswerAt({ answers }: Pick<Profile, 'answers'>): Instant | undefined {
  const bad = (['nps', 'csat', 'ces'] as const).flatMap((survey) => {
    const answer = answers[survey];
    return answer && answer.value <= badAnswerUpTo[survey] ? [answer.at] : [];
  });
  return bad.sort().at(-1);
}

const contactChannels = ['email', 'sms', 'push', 'marketing'];

const daysSince = (at: Instant, now: Instant): number => Math.max(0, msBetween(at, now) / dayMs);

/**
 * Returns how often the customer bought again, and the worth of a day with a purchase. Uses the
 * days kept in the profile if they begin with the first purchase.
 */
function rhythmOf(
  { keyDays, purchases: { n, revenue } }: Profile,
  { first, span }: { first: Instant | undefined; span: number },
): Pick<ChurnFeatures, 'repeats' | 'worth'> {
  const most = Math.min(Math.max(0, n - 1), Math.ceil(span));
  if (!keyDays) return { repeats: most, worth: revenue / (most + 1) };
  const { days, worth, first: firstDay } = purchaseHistoryOfDays(keyDays);
  const isWhole = first !== undefined && firstDay === dayIndex(Date.parse(first));
  return { repeats: isWhole ? Math.min(most, days - 1) : most, worth: worth / days };
}

/**
 * Returns the features at `now`. A complaint or bad answer counts until the next purchase and does
 * not fade: silence is no sign of satisfaction, and a risk that falls with time would hide lost
 * customers.
 */
export function computeChurnFeatures(profile: Profile, now: Instant): ChurnFeatures {
  const { purchases, counts, consent, lastSeen } = profile;
  const first = purchases.first ?? purchases.last;
  const sincePurchase = (at: Instant | undefined): boolean =>
    at !== undefined && (purchases.last === undefined || at >= purchases.last);
  const did = (names: string[]): boolean => names.some((name) => sincePurchase(counts[name]?.last));
  const span = purchases.last !== undefined && first !== undefined ? daysSince(first, purchases.last) : 0;
  const cameBack = purchases.last !== undefined && msBetween(purchases.last, lastSeen) > dayMs;
  return {
    ...rhythmOf(profile, { first, span }),
    span,
    purchased: purchases.n > 0,
    silence: daysSince(purchases.last ?? lastSeen, now),
    ...(cameBack && { visitedAgo: daysSince(lastSeen, now) }),
    badAnswer: sincePurchase(badAnswerAt(profile)),
    complained: did(complaints),
    refusedContact: contactChannels.some((channel) => consent[channel]?.value === false),
    cancelled: did(goodbyes),
  };
}
