import { type Profile } from '../profile/profile.ts';
import { type Instant, plus } from '../time.ts';
import { type ChurnFeatures, churnFeatures } from './features.ts';
import { type ChurnRisk, farthestDays, type Reason, type RiskBand, shippedBands } from './risk.ts';

/**
 * The cold start: what we believe before any data of the team's own. Rounded judgements, fitted to nothing; a trained model replaces
 * them behind `assess`. The gamma prior of the purchase rate is worth half a purchase in ten days, so that two or three
 * purchases of the customer's own outweigh it.
 */
const prior = {
  /** Purchases and days the gamma prior is worth. */
  purchases: 0.5,
  days: 10,
  /** One customer in ten leaves after any one purchase. */
  leaves: 0.1,
  /** The horizon is the time within which all but this share of active customers are back. */
  late: 0.1,
} as const;

/** What else is known, in logits: a good customer's odds of leaving about double with a bad answer, and so on down to a clear good-bye. */
const weights = { badAnswer: 0.7, complained: 0.5, refusedContact: 0.4, cancelled: 2.5 } as const satisfies Partial<
  Record<keyof ChurnFeatures, number>
>;

/** A visit without a purchase says "not gone", in logits, and half as loud two weeks later. */
const visit = { weight: -1, halfLifeDays: 14 } as const;

const dayMs = 86_400_000;

/** Probabilities at which bands begin. */
export type Bands = Record<'medium' | 'high', number>;

interface Absence {
  /** P(no purchase within the horizon). */
  probability: number;
  horizonDays: number;
  /** P(left), and the gamma law of an active customer's rate: its shape, and its scale with the silence. */
  left: number;
  k: number;
  reach: number;
}

/**
 * Silence against the customer's own habit. The purchase rate of an active customer has the posterior Gamma(k, β) with k = prior +
 * repeats, β = prior + days from first to last purchase (Fader, Hardie 2005; a chance to leave after every purchase, also the first:
 * Batislam et al. 2007, MBG/NBD). An active customer stays silent for s days with probability (β/(β+s))^k, so
 *
 *   P(left | s)              = π / (π + (1 − π) (β/(β+s))^k)
 *   P(nothing within H | s)  = P(left | s) + (1 − P(left | s)) ((β+s)/(β+s+H))^k
 *
 * with π held constant, and H the customer's own horizon: ((β)/(β+H))^k = `late`. By that choice the risk starts from one base for
 * everybody, never falls with s, and for the same silence never falls when the purchases were more frequent (the second term is a
 * power mean of 1 and `late` whose exponent −1/k rises with k).
 */
function absence({ repeats, span, silence }: Pick<ChurnFeatures, 'repeats' | 'span' | 'silence'>): Absence {
  const k = prior.purchases + repeats;
  const beta = prior.days + span;
  const horizonDays = beta * (prior.late ** (-1 / k) - 1);
  const stillActive = (1 - prior.leaves) * (beta / (beta + silence)) ** k;
  const left = prior.leaves / (prior.leaves + stillActive);
  const reach = beta + silence;
  const late = (reach / (reach + horizonDays)) ** k;
  return { probability: left + (1 - left) * late, horizonDays, left, k, reach };
}

const logit = (p: number): number => Math.log(p / (1 - p));
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const tenths = (reached: number): number => Math.round(1_000 * logistic(reached));
const rounded = (contribution: number): number => Math.round(contribution * 10_000) / 10_000;

/** In logits, somebody who bought this moment and of whom nothing else is known; and that customer's score. */
const base = rounded(logit(prior.leaves + (1 - prior.leaves) * prior.late));
export const baseScore = tenths(base) / 10;

export function bandOf(probability: number, bands: Bands = shippedBands): RiskBand {
  if (probability >= bands.high) return 'high';
  return probability >= bands.medium ? 'medium' : 'low';
}

type Said = keyof typeof weights;
type Cause = Said | 'visited';

/** What the customer said rather than did, in logits. It does not fade with time. */
export const saidBy = (features: ChurnFeatures): [Said, number][] =>
  (Object.keys(weights) as Said[]).filter((cause) => features[cause]).map((cause) => [cause, weights[cause]]);

/** Logits beyond the silence, in the order in which reasons are given. */
function adjustments(features: ChurnFeatures): [Cause, number][] {
  const visited = features.visitedAgo;
  return [
    ...saidBy(features),
    ...(visited === undefined
      ? []
      : [['visited', visit.weight * 2 ** (-visited / visit.halfLifeDays)] as [Cause, number]]),
  ];
}

/** P(no key event within the horizon) at `now`: never less at a later `now` when nothing else happens. A few powers, no read. */
export function churnProbability(profile: Profile, now: Instant): number {
  const features = churnFeatures(profile, now);
  const moved = adjustments(features).reduce((sum, [, weight]) => sum + weight, 0);
  return logistic(logit(absence(features).probability) + moved);
}

/** The numbers behind the silence: days of it, and the usual interval where there is one. */
function silenceValues({ silence, repeats, span }: ChurnFeatures): number[] {
  return [Math.floor(silence), ...(repeats > 0 ? [Math.max(1, Math.round(span / repeats))] : [])];
}

interface Part extends Reason {
  contribution: number;
}

/** At most three, strongest first: what is too many becomes one. Points are whole tenths, so sums hold to the last digit shown. */
function topThree(parts: Part[]): Part[] {
  const ranked = parts
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  if (ranked.length <= 3) return ranked;
  const rest = ranked.slice(2);
  const points = Math.round(10 * rest.reduce((sum, reason) => sum + reason.points, 0)) / 10;
  const contribution = rounded(rest.reduce((sum, reason) => sum + reason.contribution, 0));
  const values = rest.flatMap((reason) => reason.values ?? []);
  const feature = rest.map((reason) => reason.feature).join('+');
  return [...ranked.slice(0, 2), { feature, points, contribution, ...(values.length > 0 && { values }) }];
}

/** Time by which an active customer is back as likely as not, in days; undefined of who has more likely left. */
function backWithin({ left, k, reach }: Absence, moved: number): number | undefined {
  const none = 1 - 0.5 / (1 - logistic(logit(left) + moved));
  const days = none > 0 ? reach * (none ** (-1 / k) - 1) : Infinity;
  return days <= farthestDays ? days : undefined;
}

/** What the customer would spend within the horizon, were it there: the rate by its posterior mean, a purchase worth the customer's own mean. */
function atStake({ purchases: { n, revenue } }: Profile, { k, reach, horizonDays }: Absence): number {
  return n > 0 ? (k / reach) * horizonDays * (revenue / n) : 0;
}

/** Each cause with what it adds in logits, and in points to the score before it. */
function partsOf(features: ChurnFeatures, probability: number): Part[] {
  const cause = features.purchased ? 'silence' : 'absence';
  const causes: [string, number][] = [[cause, logit(probability) - base], ...adjustments(features)];
  let reached = base;
  return causes.map(([feature, weight]) => {
    const before = tenths(reached);
    const contribution = rounded(weight);
    reached += contribution;
    const values = feature === cause ? { values: silenceValues(features) } : {};
    return { feature, points: (tenths(reached) - before) / 10, contribution, ...values };
  });
}

/** The customer's risk at `now`, from the profile alone. `base` and the contributions of its reasons sum to the logit of its probability. */
export function assess(profile: Profile, now: Instant, bands: Bands = shippedBands): ChurnRisk {
  const features = churnFeatures(profile, now);
  const absent = absence(features);
  const moved = adjustments(features).reduce((sum, [, weight]) => sum + weight, 0);
  const reasons = topThree(partsOf(features, absent.probability));
  const reached = reasons.reduce((sum, { contribution }) => sum + contribution, base);
  const wait = features.purchased ? backWithin(absent, moved) : undefined;
  const stake = atStake(profile, absent);
  return {
    score: tenths(reached) / 10,
    band: bandOf(logistic(logit(absent.probability) + moved), bands),
    reasons,
    assessedAt: now,
    horizonDays: Math.max(0.1, Math.round(10 * absent.horizonDays) / 10),
    ...(features.repeats === 0 && { insufficientData: [features.purchased ? 'repeat-purchase' : 'purchase'] }),
    probability: logistic(reached),
    base,
    ...(wait !== undefined && { expectedNext: plus(now, Math.round(wait * dayMs)) }),
    ...(stake > 0 && { valueAtRisk: Math.round(100 * logistic(reached) * stake) / 100 }),
  };
}
