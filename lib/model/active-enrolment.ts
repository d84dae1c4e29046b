import * as z from 'zod';
import { Instant } from '../shared/time.ts';
import { Predicate } from './predicate.ts';

/** A journey the customer is inside: `exit` is looked at with every touchpoint. */
export const ActiveEnrolment = z.object({
  journeyId: z.string(),
  version: z.int(),
  since: Instant,
  exit: Predicate.optional(),
  /** Of journeys in one group a customer is in one at a time. */
  competes: z.object({ group: z.string(), priority: z.int() }).optional(),
  /** Steps whose experiments count the customer. */
  assigned: z.array(z.string()).optional(),
});
export type ActiveEnrolment = z.infer<typeof ActiveEnrolment>;
/** A step that waits for a touchpoint. Its task token lies in the row `wait#<id>`. Nothing wakes it at or after `until`. */
export const Wait = z.object({
  enrolmentId: z.string(),
  on: Predicate,
  /** Others that end it too: the first that is met says which way. */
  or: z.array(Predicate).optional(),
  since: Instant,
  until: Instant,
});
export type Wait = z.infer<typeof Wait>;
/**
 * What a journey, or a variant in it, is there for (`guardrail`: what must not happen): counted once, by a touchpoint from `since` on and
 * before `until`, also after the customer has left.
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
