import * as z from 'zod';
import { ContextTime, Instant } from '../shared/time.ts';
import { Predicate } from './predicate.ts';

/** An enrolment in a journey. Every touchpoint is evaluated against `exit`. */
export const ActiveEnrolment = z.object({
  journeyId: z.string(),
  version: z.int(),
  since: Instant,
  exit: Predicate.optional(),
  /** A customer is in one journey of a group at a time. */
  competes: z.object({ group: z.string(), priority: z.int() }).optional(),
  /** Steps whose experiments include the customer. */
  assigned: z.array(z.string()).optional(),
});
export type ActiveEnrolment = z.infer<typeof ActiveEnrolment>;
/**
 * A step that waits for a touchpoint. Its task token is in the row `wait#<id>`. Touchpoints at or
 * after `until` do not complete it.
 */
export const Wait = z.object({
  enrolmentId: z.string(),
  on: Predicate,
  /** Further predicates that complete the wait. The index of the first match selects the branch. */
  or: z.array(Predicate).optional(),
  /** Waits of before 2026-12 may lack milliseconds that are zero. */
  since: ContextTime,
  until: Instant,
});
export type Wait = z.infer<typeof Wait>;
/**
 * A goal of a journey or variant (`guardrail`: an outcome to avoid). Counted once, by a touchpoint
 * from `since` until before `until`, also after the enrolment has ended.
 */
export const OpenGoal = z.object({
  enrolmentId: z.string(),
  journeyId: z.string(),
  version: z.int(),
  stepId: z.string().optional(),
  variant: z.string().optional(),
  guardrail: z.string().optional(),
  on: Predicate,
  since: Instant,
  until: Instant,
});
export type OpenGoal = z.infer<typeof OpenGoal>;
