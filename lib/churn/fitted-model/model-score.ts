import * as z from 'zod';
import { nextWithin } from '../purchase-model/dropout-model.ts';
import { purchaseCountsOf, type PurchaseHistory } from '../purchase-model/purchase-history.ts';
import { expectedSpending } from '../purchase-model/spending.ts';
import { logistic } from '../../statistics/learning/training-rows.ts';
import { CustomerState, farthestDays, RiskBand } from '../../model/churn-risk.ts';
import { type CustomerFeatures } from './feature-columns.ts';
import { explainLogit } from './explain-logit.ts';
import { type ChurnModel } from './churn-model.ts';
import { bandAt, bandChangesAt } from './band-changes.ts';
import { featureText } from './feature-text.ts';

/** A feature with its share of the logit, compared with the mean of the population. */
export const ChurnReason = z.object({
  feature: z.string(),
  text: z.object({ en: z.string(), ko: z.string() }),
  /** In logits: what the feature adds above the base. */
  contribution: z.number(),
  value: z.number().nullable(),
  /** The population's. */
  mean: z.number().nullable(),
});
export type ChurnReason = z.infer<typeof ChurnReason>;

/**
 * The score of a customer. `base` + Σ contributions of *all* reasons = logit of the probability.
 * Times are days since 1970.
 */
export const ChurnScore = z.object({
  probability: z.number().min(0).max(1),
  score: z.number().min(0).max(100),
  band: RiskBand,
  /** Share of customers, in hundredths, who were at less risk on the day the model was trained. */
  percentile: z.number().min(0).max(100),
  horizonDays: z.number(),
  state: CustomerState.optional(),
  base: z.number(),
  /** Strongest first. */
  reasons: z.array(ChurnReason),
  assessedAt: z.number(),
  /** The band is another one from then on if nothing happens: the time of the next check. */
  validUntil: z.number().optional(),
  /**
   * Time by which the next key event comes as likely as not. Missing if the customer has more
   * likely left.
   */
  expectedNext: z.number().optional(),
  /** Worth of the key events of the horizon, were the customer active, times the risk. */
  valueAtRisk: z.number().optional(),
});
export type ChurnScore = z.infer<typeof ChurnScore>;

/** What is missing for a score, or for a sure one. */
export const MissingInputs = z.enum(['key-event', 'repeat', 'attributes', 'closed-window']);
export type MissingInputs = z.infer<typeof MissingInputs>;

/** A score, or what is missing for one. */
export type CustomerScore =
  { score: ChurnScore; insufficientData?: MissingInputs[] } | { insufficientData: MissingInputs[] };

/**
 * Returns the state. A customer lapses after a horizon of silence, churns after two, and is
 * returning after a silence of a horizon. The band decides the rest.
 */
export function customerStateOf(
  habit: PurchaseHistory,
  { now, horizonDays, band }: { now: number; horizonDays: number; band: RiskBand },
): CustomerState {
  const silent = now - habit.last;
  if (silent >= 2 * horizonDays) return 'churned';
  if (silent >= horizonDays) return 'lapsed';
  if (habit.previous !== undefined && habit.last - habit.previous >= horizonDays) return 'returning';
  if (band === 'high') return 'at risk';
  return habit.days === 1 ? 'new' : 'active';
}

function percentileOf(percentiles: readonly number[], p: number): number {
  const below = percentiles.findIndex((cut) => p < cut);
  return below < 0 ? percentiles.length : below;
}

/**
 * Returns the expected purchases of an active customer in the horizon, by the posterior mean of the
 * rate (Fader, Hardie and Lee 2005), times the worth of one.
 */
function revenueAtRisk(
  { dropout, worth, horizonDays }: ChurnModel,
  habit: PurchaseHistory,
  now: number,
): number | undefined {
  if (!dropout || !worth) return undefined;
  const { x, T } = purchaseCountsOf(habit, now);
  const rate = (dropout.model.r + x) / (dropout.model.alpha + T);
  return rate * horizonDays * expectedSpending(worth, { n: habit.days, mean: Math.max(0, habit.worth / habit.days) });
}

function missing(model: ChurnModel, { habit, attributes }: CustomerFeatures): MissingInputs[] {
  const asked = model.layout.encoding.length > 0 && model.kind !== 'dropout';
  return [
    ...(model.layout.habit && !habit ? (['key-event'] as const) : []),
    ...(habit?.days === 1 ? (['repeat'] as const) : []),
    ...(asked && (!attributes || Object.keys(attributes).length === 0) ? (['attributes'] as const) : []),
    ...(model.page.notes.includes('no-closed-window') ? (['closed-window'] as const) : []),
  ];
}

const known = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value);

/** What only key events tell. */
function ofHabit(model: ChurnModel, habit: PurchaseHistory, at: { now: number; p: number }): Partial<ChurnScore> {
  const { now, p } = at;
  const wait = model.dropout && nextWithin(model.dropout.model, purchaseCountsOf(habit, now));
  const isDated = wait !== undefined && wait <= farthestDays;
  const stake = revenueAtRisk(model, habit, now);
  return {
    state: customerStateOf(habit, { now, horizonDays: model.horizonDays, band: bandAt(model, p) }),
    ...(isDated && { expectedNext: now + wait }),
    ...(stake !== undefined && { valueAtRisk: p * stake }),
  };
}

/** Returns the customer's risk at `now`, from the model and the profile alone, without a read. */
export function scoreWith(model: ChurnModel, customer: CustomerFeatures, now: number): CustomerScore {
  const lacking = missing(model, customer);
  const explained = lacking.includes('key-event') ? undefined : explainLogit(model, customer, now);
  if (!explained) return { insufficientData: lacking };
  const p = logistic(explained.logit);
  const validUntil = bandChangesAt(model, customer, now);
  const terms = { plain: model.kind === 'dropout', horizonDays: model.horizonDays };
  const reasons = explained.parts
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .map((part) => ({
      feature: part.feature,
      text: featureText(part, terms),
      contribution: part.contribution,
      value: known(part.value),
      mean: known(part.mean),
    }));
  const score: ChurnScore = {
    probability: p,
    score: Math.round(1_000 * p) / 10,
    band: bandAt(model, p),
    percentile: percentileOf(model.percentiles, p),
    horizonDays: model.horizonDays,
    base: explained.base,
    reasons,
    assessedAt: now,
    ...(validUntil !== undefined && { validUntil }),
    ...(customer.habit && ofHabit(model, customer.habit, { now, p })),
  };
  return { score, ...(lacking.length > 0 && { insufficientData: lacking }) };
}

export interface ScoreChange {
  /** Now less then, in points. */
  points: number;
  /**
   * The feature whose contribution changed most in the direction of the score. Missing if the score
   * is the same.
   */
  feature?: string;
  /** Id of the touchpoint after which the score was made; none when silence alone moved it. */
  event?: string;
}

/** What changed since an earlier score of the same customer, and the event behind it. */
export function findScoreChange(before: ChurnScore, after: ChurnScore, event?: string): ScoreChange {
  const was = new Map(before.reasons.map(({ feature, contribution }) => [feature, contribution]));
  const is = new Map(after.reasons.map(({ feature, contribution }) => [feature, contribution]));
  const points = Math.round(10 * (after.score - before.score)) / 10;
  const moved = [...new Set([...was.keys(), ...is.keys()])]
    .map((feature) => ({ feature, by: Math.sign(points) * ((is.get(feature) ?? 0) - (was.get(feature) ?? 0)) }))
    .filter(({ by }) => by > 0)
    .sort((a, b) => b.by - a.by);
  return {
    points,
    ...(moved[0] && { feature: moved[0].feature }),
    ...(event !== undefined && { event }),
  };
}
