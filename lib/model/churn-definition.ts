import * as z from 'zod';
import { Predicate } from './predicate.ts';
import { everyLeaf } from './visit-predicate.ts';

/**
 * Attributes of a model. Traits change little during a window. Behaviour does change and would leak
 * the outcome.
 */
const asksTraitsOnly = (predicate: Predicate): boolean => everyLeaf(predicate, (leaf) => 'trait' in leaf);

/** A team's definition of churn: no key event within the horizon, for the eligible customers. */
export const ChurnDefinition = z.strictObject({
  /**
   * Touchpoints that count as activity. Default: the workspace's purchases. Counted from when they
   * are set.
   */
  keyEvents: z.array(z.string().min(1).max(100)).min(1).max(50).optional(),
  horizonDays: z.int().min(1).max(730).default(90),
  /** Customers with a score. Default: every customer with a key event. */
  eligible: z
    .strictObject({
      /** Minimum of days with a key event. */
      leastDays: z.int().min(1).max(1_000).optional(),
      where: Predicate.refine(asksTraitsOnly, 'a predicate over traits: others would reveal the outcome').optional(),
    })
    .default({}),
  /** Probabilities at which the bands begin. */
  bands: z
    .strictObject({ medium: z.number().gt(0).lt(1), high: z.number().gt(0).lt(1) })
    .refine(({ medium, high }) => medium < high, 'medium must be below high')
    .optional(),
  /**
   * Traits that a model may use, such as `plan`. Never one that is set because a customer leaves.
   */
  attributes: z.array(z.string().min(1).max(100)).max(30).default([]),
});
export type ChurnDefinition = z.infer<typeof ChurnDefinition>;

/** The definition of a workspace without one. */
export const defaultChurnDefinition: ChurnDefinition = ChurnDefinition.parse({});

/** Returns the names of the key events. */
export const keyEventsOf = (workspace: { purchaseEvents: string[]; churn?: ChurnDefinition | undefined }): string[] =>
  workspace.churn?.keyEvents ?? workspace.purchaseEvents;
