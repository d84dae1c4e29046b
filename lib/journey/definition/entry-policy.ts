import * as z from 'zod';
import { Predicate } from '../../model/predicate.ts';
import { Duration } from '../../shared/time.ts';
import { Trigger } from './trigger.ts';

/** When a customer may enter again. Two enrolments with the same entry key never overlap. */
export const Reentry = z.union([
  z.enum(['never', 'always']),
  z.strictObject({ after: Duration, atMost: z.int().min(1).optional() }),
  z.strictObject({ atMost: z.int().min(1) }),
]);
/** Maximum number of entries of all customers, in total or per fixed window. */
const Limit = z.strictObject({ max: z.int().min(1), within: Duration.optional() });

export const Entry = z.strictObject({
  triggers: z.array(Trigger).min(1),
  condition: Predicate.optional(),
  /** Customers who match do not enter, by any trigger. */
  exclude: Predicate.optional(),
  /**
   * Dotted path in the trigger's properties (`orderId`): one enrolment per value. Without it, one
   * per customer.
   */
  key: z.string().optional(),
  reentry: Reentry.default('never'),
  /** Entries beyond the cap are rejected. */
  cap: Limit.optional(),
  /** Entries beyond the throttle are admitted, but start in the next window with room. */
  throttle: z.strictObject({ max: z.int().min(1), within: Duration }).optional(),
});
export type Entry = z.infer<typeof Entry>;
