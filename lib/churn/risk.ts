import * as z from 'zod';
import { Instant } from '../time.ts';

export const RiskBand = z.enum(['low', 'medium', 'high']);
export type RiskBand = z.infer<typeof RiskBand>;

/**
 * One cause of a score: a feature (small ones together: `complained+visited`), how much it moved the score in points, the numbers it
 * goes by, and a sentence in each language of the console.
 */
export const Reason = z.object({
  feature: z.string(),
  points: z.number(),
  values: z.array(z.number()).optional(),
  text: z.object({ en: z.string(), ko: z.string() }),
});
export type Reason = z.infer<typeof Reason>;

/**
 * How sure we are that a customer is leaving: `score` is 100 times the probability of no key event within `horizonDays`, `band` is cut
 * from it, at most three `reasons`, strongest first, sum to what sets the score apart from `baseScore` (`lib/churn/score.ts`).
 */
export const ChurnRisk = z.object({
  score: z.number().min(0).max(100),
  band: RiskBand,
  reasons: z.array(Reason).max(3),
  assessedAt: Instant,
  /** The time within which nine in ten active customers of this habit would be back. */
  horizonDays: z.number().positive().optional(),
  /** What we would need to know to be surer: the score rests on the prior until then. */
  insufficientData: z.array(z.enum(['purchase', 'repeat-purchase'])).optional(),
});
export type ChurnRisk = z.infer<typeof ChurnRisk>;
