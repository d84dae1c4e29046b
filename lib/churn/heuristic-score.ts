import { type Profile } from '../model/profile.ts';
import { type Instant, addMs, dayMs } from '../shared/time.ts';
import { type Dropout, nextWithin, silentFor } from './purchase-model/dropout-model.ts';
import { type PurchaseCounts } from './purchase-model/purchase-history.ts';
import { type ChurnDefinition, defaultChurnDefinition } from '../model/churn-definition.ts';
import { type ChurnFeatures, computeChurnFeatures } from './churn-features.ts';
import { logistic, logit } from '../statistics/learning/training-rows.ts';
import { type ChurnRisk, farthestDays, type RiskReason, type RiskBand, defaultRiskBands } from '../model/churn-risk.ts';

/**
 * The cold start: MBG/NBD (Batislam et al. 2007) with a prior, in days. Rounded judgements, fitted
 * to no data: one purchase in twenty days, weighing as one of the customer's; one customer in ten
 * leaves after a purchase, weighing as ten. A trained model replaces it.
 */
const prior: Dropout = { kind: 'mbg', r: 1, alpha: 20, a: 1, b: 9 };

/**
 * Weights of other evidence, in logits. A bad answer doubles the odds of leaving; a cancellation is
 * the strongest.
 */
const weights = { badAnswer: 0.7, complained: 0.5, refusedContact: 0.4, cancelled: 2.5 } as const satisfies Partial<
  Record<keyof ChurnFeatures, number>
>;

/** A visit without a purchase lowers the logit. The effect halves in two weeks. */
const visit = { weight: -1, halfLifeDays: 14 } as const;

/** The parts of a churn definition that a score depends on. */
export type ScoreTerms = Pick<ChurnDefinition, 'horizonDays' | 'bands'>;

const countsOf = ({ repeats, span, silence }: Pick<ChurnFeatures, 'repeats' | 'span' | 'silence'>): PurchaseCounts => {
  return { x: repeats, tx: span, T: span + silence };
};

/** Returns the logit of P(no key event within the horizon) from purchases and silence alone. */
const quietLogit = (habit: Parameters<typeof countsOf>[0], horizonDays: number): number =>
  logit(silentFor(prior, countsOf(habit), horizonDays));

/** A customer who bought for the first time at this moment, without other evidence. */
const firstTimer = { repeats: 0, span: 0, silence: 0 } as const;

export const tenths = (reached: number): number => Math.round(1_000 * logistic(reached));
export const rounded = (contribution: number): number => Math.round(contribution * 10_000) / 10_000;

/**
 * Returns the base that sums with the contributions, rounded to four digits, to a logit. It has
 * eight digits, so that the sum is on the logit's side of a band's limit.
 */
export function baseOf(reached: number, contributions: readonly number[]): number {
  const explained = contributions.reduce((sum, contribution) => sum + rounded(contribution), 0);
  return Math.round((reached - explained) * 1e8) / 1e8;
}

export function bandOf(probability: number, bands: NonNullable<ScoreTerms['bands']> = defaultRiskBands): RiskBand {
  if (probability >= bands.high) return 'high';
  return probability >= bands.medium ? 'medium' : 'low';
}

type Said = keyof typeof weights;

/** Returns the statements of a customer, in logits. They do not fade with time. */
export const touchpointBehind = (features: ChurnFeatures): [Said, number][] =>
  (Object.keys(weights) as Said[]).filter((cause) => features[cause]).map((cause) => [cause, weights[cause]]);

/** Returns the logits beside the silence, in the order of reasons. */
function adjustments(features: ChurnFeatures): [Said | 'visited', number][] {
  const { visitedAgo } = features;
  if (visitedAgo === undefined) return touchpointBehind(features);
  return [...touchpointBehind(features), ['visited', visit.weight * 2 ** (-visitedAgo / visit.halfLifeDays)]];
}

const movedBy = (features: ChurnFeatures): number => adjustments(features).reduce((sum, [, weight]) => sum + weight, 0);

/**
 * Returns P(no key event within the horizon) at `now`. It does not fall with time alone. Costs a
 * few powers and no read.
 */
export function churnProbability(
  profile: Profile,
  now: Instant,
  { horizonDays }: ScoreTerms = defaultChurnDefinition,
): number {
  const features = computeChurnFeatures(profile, now);
  return logistic(quietLogit(features, horizonDays) + movedBy(features));
}

interface Cause {
  feature: string;
  weight: number;
  /** The numbers in the reason's text. */
  values?: number[];
}

/**
 * Returns the causes: the customer's purchases compared with a first-time buyer, then the silence
 * since. Only the silence changes with time.
 */
function causesOf(features: ChurnFeatures, horizonDays: number): Cause[] {
  const { repeats, span, silence, purchased } = features;
  const fresh = quietLogit({ ...features, silence: 0 }, horizonDays);
  const usual = repeats > 0 ? [Math.max(1, Math.round(span / repeats))] : [];
  return [
    { feature: 'rhythm', weight: fresh - quietLogit(firstTimer, horizonDays), values: [repeats + 1, ...usual] },
    {
      feature: purchased ? 'silence' : 'absence',
      weight: quietLogit(features, horizonDays) - fresh,
      values: [Math.floor(silence), ...usual],
    },
    ...adjustments(features).map(([feature, weight]) => ({ feature, weight })),
  ];
}

interface Part extends RiskReason {
  contribution: number;
}

/** Returns each cause with its effect in logits, and in points on the score before it. */
function partsOf(causes: readonly Cause[], base: number): Part[] {
  let reached = base;
  return causes.map(({ feature, weight, values }) => {
    const before = tenths(reached);
    const contribution = rounded(weight);
    reached += contribution;
    return { feature, points: (tenths(reached) - before) / 10, contribution, ...(values && { values }) };
  });
}

/**
 * Returns at most three parts, strongest first; the rest are joined. Points are whole tenths, so
 * sums are exact to the last digit shown.
 */
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

/**
 * Returns what only buyers have: the median time to the next purchase, and the revenue at stake.
 * Other evidence moves the odds of both, so `wait` is within the horizon exactly if the probability
 * is below a half. The stake is the posterior mean of the rate times the worth of a day.
 */
function ofBuyer(features: ChurnFeatures, horizonDays: number): { wait?: number | undefined; stake: number } {
  if (!features.purchased) return { stake: 0 };
  const counts = countsOf(features);
  const rate = (prior.r + counts.x) / (prior.alpha + counts.T);
  return { wait: nextWithin(prior, counts, logistic(movedBy(features))), stake: rate * horizonDays * features.worth };
}

/**
 * Returns the customer's risk at `now`, from the profile alone. `base` and the contributions of its
 * reasons sum to the logit of its probability.
 */
export function scoreRisk(profile: Profile, now: Instant, terms: ScoreTerms = defaultChurnDefinition): ChurnRisk {
  const { horizonDays, bands } = terms;
  const features = computeChurnFeatures(profile, now);
  const exact = quietLogit(features, horizonDays) + movedBy(features);
  const causes = causesOf(features, horizonDays);
  const base = baseOf(
    exact,
    causes.map(({ weight }) => weight),
  );
  const reasons = topThree(partsOf(causes, base));
  const reached = reasons.reduce((sum, { contribution }) => sum + contribution, base);
  const probability = logistic(reached);
  const { wait = Infinity, stake } = ofBuyer(features, horizonDays);
  return {
    score: tenths(reached) / 10,
    band: bandOf(logistic(exact), bands),
    reasons,
    assessedAt: now,
    horizonDays,
    ...(features.repeats === 0 && { insufficientData: [features.purchased ? 'repeat-purchase' : 'purchase'] }),
    probability,
    base,
    ...(wait <= farthestDays && { expectedNext: addMs(now, Math.round(wait * dayMs)) }),
    ...(stake > 0 && { valueAtRisk: Math.round(100 * probability * stake) / 100 }),
  };
}
