import * as z from 'zod';
import { Instant } from '../time.ts';

export const RiskBand = z.enum(['low', 'medium', 'high']);
export type RiskBand = z.infer<typeof RiskBand>;

/** One cause of a score: a feature, how much it moved the score in points, and a sentence in each language of the console. */
export const Reason = z.object({
  feature: z.string(),
  points: z.number(),
  text: z.object({ en: z.string(), ko: z.string() }),
});
export type Reason = z.infer<typeof Reason>;

/** How sure we are that a customer is leaving: `score` in 0–100, `band` cut from it, at most three `reasons`, strongest first. */
export const ChurnRisk = z.object({
  score: z.number().min(0).max(100),
  band: RiskBand,
  reasons: z.array(Reason).max(3),
  assessedAt: Instant,
});
export type ChurnRisk = z.infer<typeof ChurnRisk>;
