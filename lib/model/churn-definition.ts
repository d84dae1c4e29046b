import * as z from 'zod';
import { Predicate } from './predicate.ts';

/** Traits are much the same at the start of a window as today; what customers do is not, and would tell the outcome. */
function asksTraitsOnly(predicate: Predicate): boolean {
  if ('all' in predicate) return predicate.all.every(asksTraitsOnly);
  if ('any' in predicate) return predicate.any.every(asksTraitsOnly);
  return 'not' in predicate ? asksTraitsOnly(predicate.not) : 'trait' in predicate;
}

/** What a team calls leaving: no key event within the horizon, of the customers it looks at. */
export const ChurnDefinition = z.strictObject({
  /** Touchpoints that show that a customer is there. The workspace's purchases where none are named. Counted from when they are set. */
  keyEvents: z.array(z.string().min(1).max(100)).min(1).max(50).optional(),
  horizonDays: z.int().min(1).max(730).default(90),
  /** Whom the score is of; everybody with a key event where nothing is asked. */
  eligible: z
    .strictObject({
      /** Days with a key event, at least. */
      leastDays: z.int().min(1).max(1_000).optional(),
      where: Predicate.refine(asksTraitsOnly, 'a predicate of traits: anything else would tell the outcome').optional(),
    })
    .default({}),
  /** Probabilities at which the bands begin. */
  bands: z
    .strictObject({ medium: z.number().gt(0).lt(1), high: z.number().gt(0).lt(1) })
    .refine(({ medium, high }) => medium < high, 'medium begins below high')
    .optional(),
  /** Traits a model may go by, such as `plan`. Never one that is set because somebody leaves. */
  attributes: z.array(z.string().min(1).max(100)).max(30).default([]),
});
export type ChurnDefinition = z.infer<typeof ChurnDefinition>;

/** What a workspace that says nothing means. */
export const defaultChurnDefinition: ChurnDefinition = ChurnDefinition.parse({});

/** Names of the touchpoints that count. */
export const keyEventsOf = (workspace: { purchaseEvents: string[]; churn?: ChurnDefinition | undefined }): string[] =>
  workspace.churn?.keyEvents ?? workspace.purchaseEvents;
