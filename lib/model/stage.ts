import * as z from 'zod';
import { Predicate } from './predicate.ts';

export const Label = z.object({ en: z.string().min(1), ko: z.string().min(1) });
export type Label = z.infer<typeof Label>;

/** One stage: who stands in it is who meets `entry`. */
export const Stage = z.object({ id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), label: Label, entry: Predicate });
export type Stage = z.infer<typeof Stage>;

/**
 * The stages of a workspace. Their order is how the console draws them, not a path: a touchpoint moves its customer to the last
 * stage whose entry rule it meets, so customers skip, return and repeat.
 */
export const StageModel = z
  .object({ id: z.string(), label: Label, stages: z.array(Stage).min(1).max(20) })
  .refine(({ stages }) => new Set(stages.map(({ id }) => id)).size === stages.length, 'two stages share an id');
export type StageModel = z.infer<typeof StageModel>;

/** Where a customer stands and why: the rule is the id of the stage whose entry was met, the touchpoint the one that met it. */
export const StageTransition = z.object({
  from: z.string().optional(),
  to: z.string(),
  at: z.string(),
  rule: z.string(),
  touchpoint: z.object({ messageId: z.string(), name: z.string() }).optional(),
});
export type StageTransition = z.infer<typeof StageTransition>;
