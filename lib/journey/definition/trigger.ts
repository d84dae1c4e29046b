import * as z from 'zod';
import { RiskBand } from '../../model/churn-risk.ts';
import { LocalTime, Weekday } from '../../model/workspace.ts';
import { Predicate } from '../../model/predicate.ts';
import { Duration, Instant } from '../../shared/time.ts';
import { TraitTime } from './step.ts';

/** A rule for days: every day, some days of the week, or a day of the month (31 is the last one of shorter months). */
export const Recurrence = z.strictObject({
  every: z.enum(['day', 'week', 'month']),
  /** Of `week`. */
  weekdays: z.array(Weekday).min(1).optional(),
  /** Of `month`. */
  day: z.int().min(1).max(31).optional(),
  time: LocalTime,
  /** Whose clock: each customer's own, or the workspace's for all. */
  zone: z.enum(['customer', 'workspace']).default('customer'),
});
export type Recurrence = z.infer<typeof Recurrence>;

/**
 * What lets a customer in. A touchpoint's `event` predicate is looked at when it is folded; segments, stages, risk bands, silence and
 * business events arrive on the bus; times are looked at by a schedule.
 */
export const Trigger = z.union([
  z.strictObject({ touchpoint: Predicate }),
  z.strictObject({ stageEntered: z.array(z.string()).min(1) }),
  z.strictObject({ segmentJoined: z.array(z.string()).min(1) }),
  z.strictObject({ churnBand: z.array(RiskBand).min(1) }),
  z.strictObject({ silentFor: Duration }),
  /** All of a segment, once or again and again. */
  z.strictObject({ schedule: z.union([z.strictObject({ at: Instant }), Recurrence]), segment: z.string() }),
  /** A date in a trait, every year (birthdays) or once (a renewal). */
  z.strictObject({ date: TraitTime.extend({ every: z.enum(['year', 'once']).default('once') }) }),
  /** `POST /v1/journeys/{id}/enrolments`, or a journey's step `startJourney`. */
  z.strictObject({ api: z.literal(true) }),
  /** `POST /v1/business-events`, for everybody in a segment: of those, whose trait (a value, or a list that holds it) matches the property. */
  z.strictObject({
    businessEvent: z.string().min(1),
    segment: z.string(),
    match: z.strictObject({ trait: z.string(), property: z.string() }).optional(),
  }),
]);
export type Trigger = z.infer<typeof Trigger>;
