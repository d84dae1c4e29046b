import * as z from 'zod';
import { Predicate } from '../../model/predicate.ts';
import { Label } from '../../model/stage.ts';
import { Duration } from '../../shared/time.ts';
import { Entry } from './entry-policy.ts';
import { Step, StepId } from './step.ts';
import { ContactHours } from './contact-hours.ts';

/**
 * The goal of the journey: a touchpoint within a time after entry, also after the end of the
 * enrolment.
 */
export const Goal = z.strictObject({ on: Predicate, window: Duration });
export type Goal = z.infer<typeof Goal>;

/**
 * A share of customers that never enters, to measure what happens without the journey. The salt
 * determines which customers.
 */
export const Holdout = z.strictObject({ percent: z.number().gt(0).max(50), salt: z.string().min(1) });
export type Holdout = z.infer<typeof Holdout>;

/**
 * A journey as its author writes it. `steps` are reached from `start`; every path ends in an
 * `exit`.
 */
export const JourneyDefinition = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  version: z.int().min(1),
  name: Label,
  entry: Entry,
  /**
   * Exit criteria. A touchpoint that matches ends the enrolment at any time, also during a wait.
   */
  exit: Predicate.optional(),
  goal: Goal.optional(),
  hours: ContactHours.optional(),
  /**
   * A customer is in one journey of a group at a time. A higher priority takes over, a lower or
   * equal one does not enter.
   */
  competition: z.strictObject({ group: z.string().min(1), priority: z.int().min(0).max(100) }).optional(),
  holdout: Holdout.optional(),
  /**
   * A longer wait suspends the execution, and a timer starts the next one. An account can have a
   * million open executions.
   */
  parkAfter: Duration.default('30d'),
  start: StepId,
  steps: z.record(StepId, Step),
});
export type JourneyDefinition = z.infer<typeof JourneyDefinition>;

/** A definition without a version. Publishing assigns it. */
export const JourneyDraft = JourneyDefinition.omit({ version: true });
export type JourneyDraft = z.infer<typeof JourneyDraft>;
