import * as z from 'zod';
import { Predicate } from './predicate.ts';

/** A name in each language of the console. */
export const Label = z.object({ en: z.string().min(1), ko: z.string().min(1) });
export type Label = z.infer<typeof Label>;

/** A stage and its entry rule. */
export const Stage = z.object({ id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), label: Label, entry: Predicate });
export type Stage = z.infer<typeof Stage>;

/**
 * The stages of a workspace. Their order is for display and not a path: a customer moves to the
 * last stage whose entry rule matches, so customers skip, return and repeat.
 */
export const StageModel = z
  .object({ id: z.string(), label: Label, stages: z.array(Stage).min(1).max(20) })
  .refine(({ stages }) => new Set(stages.map(({ id }) => id)).size === stages.length, 'two stages share an id');
export type StageModel = z.infer<typeof StageModel>;

/**
 * A change of stage with its reason: the stage whose entry rule matched, and the touchpoint that
 * matched it.
 */
export const StageTransition = z.object({
  from: z.string().optional(),
  to: z.string(),
  at: z.string(),
  rule: z.string(),
  touchpoint: z.object({ messageId: z.string(), name: z.string() }).optional(),
});
export type StageTransition = z.infer<typeof StageTransition>;
