import * as z from 'zod';
import { Instant } from '../shared/time.ts';

export const RiskBand = z.enum(['low', 'medium', 'high']);
export type RiskBand = z.infer<typeof RiskBand>;

export const CustomerState = z.enum(['new', 'active', 'at risk', 'lapsed', 'churned', 'returning']);
export type CustomerState = z.infer<typeof CustomerState>;

export const ModelKind = z.enum(['dropout', 'linear', 'boosted']);
export type ModelKind = z.infer<typeof ModelKind>;

/** High when more likely than not to stay away; with the usual horizon somebody who came for the first time is low. A team sets its own. */
export const defaultRiskBands = { medium: 0.35, high: 0.5 } as const;

/** Later than that nobody is told to expect anything: a rare buyer's wait outlasts every calendar. */
export const farthestDays = 3_650;

/**
 * One cause of a score: a feature (small ones together: `complained+visited`, or `other`), how much it moved the score in points and what it
 * adds in logits, the numbers it goes by, of a trained model its value. All that its words are made of (`worded.ts`).
 */
export const RiskReason = z.object({
  feature: z.string(),
  points: z.number(),
  values: z.array(z.number()).optional(),
  contribution: z.number().optional(),
  value: z.number().optional(),
});
export type RiskReason = z.infer<typeof RiskReason>;

/** What moved the score since it was last looked at. Without a touchpoint: silence did, or another model. */
export const RiskChange = z.object({
  points: z.number(),
  feature: z.string().optional(),
  touchpoint: z.object({ name: z.string(), at: Instant }).optional(),
});
export type RiskChange = z.infer<typeof RiskChange>;

/**
 * How sure we are that a customer is leaving: `score` is 100 times the probability of no key event within `horizonDays`, `band` is cut
 * from it. `base` and the contributions of at most three `reasons`, strongest first, sum to the logit of `probability`. Where a model was
 * trained (`modelVersion`) it is calibrated. Of the cold start (`lib/churn/heuristic-score.ts`) a profile keeps score, band and points alone.
 */
export const ChurnRisk = z.object({
  score: z.number().min(0).max(100),
  band: RiskBand,
  reasons: z.array(RiskReason).max(3),
  assessedAt: Instant,
  /** The team's. */
  horizonDays: z.number().positive().optional(),
  /** What we would need to know to be surer: the score rests on the prior until then. */
  insufficientData: z.array(z.enum(['purchase', 'repeat-purchase', 'attributes'])).optional(),
  probability: z.number().min(0).max(1).optional(),
  /** Share of customers, in hundredths, who were at less risk on the day the model was trained. */
  percentile: z.number().min(0).max(100).optional(),
  state: CustomerState.optional(),
  base: z.number().optional(),
  /** The band is another one from then on if nothing happens. */
  validUntil: Instant.optional(),
  /** The next key event comes before that as likely as not; missing when the customer has more likely left. */
  expectedNext: Instant.optional(),
  /** What the customer would be worth within the horizon, times the risk. */
  valueAtRisk: z.number().optional(),
  change: RiskChange.optional(),
  modelVersion: z.int().optional(),
  modelKind: ModelKind.optional(),
});
export type ChurnRisk = z.infer<typeof ChurnRisk>;

/** A risk as people are told of it: each reason with a sentence in each language of the console. */
export const ChurnRiskWithText = ChurnRisk.extend({
  reasons: z.array(RiskReason.extend({ text: z.object({ en: z.string(), ko: z.string() }) })).max(3),
});
export type ChurnRiskWithText = z.infer<typeof ChurnRiskWithText>;
