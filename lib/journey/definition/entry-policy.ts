import * as z from 'zod';
import { Predicate } from '../../model/predicate.ts';
import { Duration } from '../../shared/time.ts';
import { Trigger } from './trigger.ts';

/** When somebody who was in before may enter again; nobody is inside twice with one key. */
export const Reentry = z.union([
  z.enum(['never', 'always']),
  z.strictObject({ after: Duration, atMost: z.int().min(1).optional() }),
  z.strictObject({ atMost: z.int().min(1) }),
]);
/** At most `max` entries of all customers together, ever or within fixed spans of a time. */
const Limit = z.strictObject({ max: z.int().min(1), within: Duration.optional() });

export const Entry = z.strictObject({
  triggers: z.array(Trigger).min(1),
  condition: Predicate.optional(),
  /** Who does not enter, whatever knocks. */
  exclude: Predicate.optional(),
  /** Dotted path in the trigger's properties (`orderId`): one enrolment per value. Without it one per customer. */
  key: z.string().optional(),
  reentry: Reentry.default('never'),
  /** Whoever comes when it is full is refused. */
  cap: Limit.optional(),
  /** Whoever comes when the span is full enters all the same, and sets out in the next one with room. */
  throttle: z.strictObject({ max: z.int().min(1), within: Duration }).optional(),
});
export type Entry = z.infer<typeof Entry>;
