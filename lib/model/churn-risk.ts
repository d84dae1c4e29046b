import * as z from 'zod';
import { Instant } from '../shared/time.ts';

/** Band of a churn risk, from its probability. */
export const RiskBand = z.enum(['low', 'medium', 'high']);
export type RiskBand = z.infer<typeof RiskBand>;

/** State of a customer by key events. Lapsed is silent for a horizon, churned for two. */
export const CustomerState = z.enum(['new', 'active', 'at risk', 'lapsed', 'churned', 'returning']);
export type CustomerState = z.infer<typeof CustomerState>;

/** Kind of a trained churn model. */
export const ModelKind = z.enum(['dropout', 'linear', 'boosted']);
export type ModelKind = z.infer<typeof ModelKind>;

/**
 * High: churn is more likely than not. With the default horizon a first-time buyer is low. A team
 * may set its own.
 */
export const defaultRiskBands = { medium: 0.35, high: 0.5 } as const;

/** Limit of an expected time, days. A rare buyer's exceeds every calendar. */
export const farthestDays = 3_650;

/**
 * A reason of a score: the feature (small ones joined as `complained+visited`, or `other`), its
 * effect in points and logits, and its numbers; for a trained model its value. The texts are made
 * of these fields alone.
 */
export const RiskReason = z.object({
  feature: z.string(),
  points: z.number(),
  values: z.array(z.number()).optional(),
  contribution: z.number().optional(),
  value: z.number().optional(),
});
export type RiskReason = z.infer<typeof RiskReason>;

/**
 * What changed the score since the last assessment. Without a touchpoint it was silence or another
 * model.
 */
export const RiskChange = z.object({
  points: z.number(),
  feature: z.string().optional(),
  touchpoint: z.object({ name: z.string(), at: Instant }).optional(),
});
export type RiskChange = z.infer<typeof RiskChange>;

/**
 * The churn risk. `score` is 100 times the probability of no key event within `horizonDays`; `band`
 * follows from it. `base` and the contributions of at most three `reasons`, strongest first, sum to
 * its logit. With `modelVersion` it is calibrated. Cold-start risks are stored as score, band and
 * points.
 */
export const ChurnRisk = z.object({
  score: z.number().min(0).max(100),
  band: RiskBand,
  reasons: z.array(RiskReason).max(3),
  assessedAt: Instant,
  /** The horizon of the workspace's definition. */
  horizonDays: z.number().positive().optional(),
  /** Missing inputs that would make the score surer. Until then it rests on the prior. */
  insufficientData: z.array(z.enum(['purchase', 'repeat-purchase', 'attributes'])).optional(),
  probability: z.number().min(0).max(1).optional(),
  /** Share of customers with a lower risk on the day of training, per cent. */
  percentile: z.number().min(0).max(100).optional(),
  state: CustomerState.optional(),
  base: z.number().optional(),
  /** When the band changes without further touchpoints. */
  validUntil: Instant.optional(),
  /** Median time of the next key event. Missing if the customer has more likely left. */
  expectedNext: Instant.optional(),
  /** The customer's expected worth within the horizon, times the risk. */
  valueAtRisk: z.number().optional(),
  change: RiskChange.optional(),
  modelVersion: z.int().optional(),
  modelKind: ModelKind.optional(),
});
export type ChurnRisk = z.infer<typeof ChurnRisk>;

/** A risk with each reason as a sentence in each language of the console. */
export const ChurnRiskWithText = ChurnRisk.extend({
  reasons: z.array(RiskReason.extend({ text: z.object({ en: z.string(), ko: z.string() }) })).max(3),
});
export type ChurnRiskWithText = z.infer<typeof ChurnRiskWithText>;
