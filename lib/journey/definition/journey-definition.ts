import * as z from 'zod';
import { Predicate } from '../../model/predicate.ts';
import { Label } from '../../model/stage.ts';
import { Duration } from '../../shared/time.ts';
import { Entry } from './entry-policy.ts';
import { Step, StepId } from './step.ts';
import { ContactHours } from './contact-hours.ts';

/** What the journey is there for, by a touchpoint within a time of entry, inside the journey or after. */
export const Goal = z.strictObject({ on: Predicate, window: Duration });
export type Goal = z.infer<typeof Goal>;

/** A share of customers, always the same ones for a salt, that never enters: what would have happened without. */
export const Holdout = z.strictObject({ percent: z.number().gt(0).max(50), salt: z.string().min(1) });
export type Holdout = z.infer<typeof Holdout>;

/** A journey as its author writes it. `steps` are reached from `start`; every path ends in an `exit`. */
export const JourneyDefinition = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  version: z.int().min(1),
  name: Label,
  entry: Entry,
  /** Met by a touchpoint at any moment, even in mid-wait: the customer leaves and nothing more is sent. */
  exit: Predicate.optional(),
  goal: Goal.optional(),
  hours: ContactHours.optional(),
  /** Of journeys in one group a customer is in one at a time: a higher priority takes over, a lower or equal one does not enter. */
  competition: z.strictObject({ group: z.string().min(1), priority: z.int().min(0).max(100) }).optional(),
  holdout: Holdout.optional(),
  /** A longer wait ends the execution, and a timer starts the next leg: an account has a million open executions. */
  parkAfter: Duration.default('30d'),
  start: StepId,
  steps: z.record(StepId, Step),
});
export type JourneyDefinition = z.infer<typeof JourneyDefinition>;

/** A definition on its way: publishing gives it its version. */
export const JourneyDraft = JourneyDefinition.omit({ version: true });
export type JourneyDraft = z.infer<typeof JourneyDraft>;
