import * as z from 'zod';
import { RiskBand } from '../../model/churn-risk.ts';
import { LocalTime, Weekday } from '../../model/workspace.ts';
import { Predicate } from '../../model/predicate.ts';
import { Duration, Instant } from '../../shared/time.ts';
import { TraitTime } from './step.ts';

/**
 * Rule for recurring days: each day, days of the week, or a day of the month. Day 31 is the last
 * day of shorter months.
 */
export const Recurrence = z.strictObject({
  every: z.enum(['day', 'week', 'month']),
  /** For `week`. */
  weekdays: z.array(Weekday).min(1).optional(),
  /** For `month`. */
  day: z.int().min(1).max(31).optional(),
  time: LocalTime,
  /** Time zone of `time`: each customer's own, or the workspace's. */
  zone: z.enum(['customer', 'workspace']).default('customer'),
});
export type Recurrence = z.infer<typeof Recurrence>;

/**
 * What starts an enrolment. Touchpoint predicates are evaluated in the projection. Segments,
 * stages, risk bands, silence and business events arrive on the bus. Times are evaluated by a
 * schedule.
 */
export const Trigger = z.union([
  z.strictObject({ touchpoint: Predicate }),
  z.strictObject({ stageEntered: z.array(z.string()).min(1) }),
  z.strictObject({ segmentJoined: z.array(z.string()).min(1) }),
  z.strictObject({ churnBand: z.array(RiskBand).min(1) }),
  z.strictObject({ silentFor: Duration }),
  /** All members of a segment, once or recurring. */
  z.strictObject({ schedule: z.union([z.strictObject({ at: Instant }), Recurrence]), segment: z.string() }),
  /** A date in a trait, yearly (birthdays) or once (a renewal). */
  z.strictObject({ date: TraitTime.extend({ every: z.enum(['year', 'once']).default('once') }) }),
  /** `POST /v1/journeys/{id}/enrolments`, or step `startJourney` of another journey. */
  z.strictObject({ api: z.literal(true) }),
  /**
   * `POST /v1/business-events`: the members of a segment. With `match`, only those whose trait
   * equals the property or is a list that contains it.
   */
  z.strictObject({
    businessEvent: z.string().min(1),
    segment: z.string(),
    match: z.strictObject({ trait: z.string(), property: z.string() }).optional(),
  }),
]);
export type Trigger = z.infer<typeof Trigger>;
