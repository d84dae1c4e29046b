import * as z from 'zod';
import { CustomerRef } from '../../model/customer.ts';
import { JsonObject } from '../../shared/json.ts';
import { Instant } from '../../shared/time.ts';
import { StepId } from '../definition/step.ts';

/** Where one execution of an enrolment stands; states hand it on with the rest of their input. */
export const ExecutionRun = z.object({
  /** 0 for the first execution of an enrolment; each that takes over from another has the next number. */
  leg: z.int(),
  /** How often any `goTo` has led back: `occurrence` of every step visited since. */
  round: z.int(),
  /** The same by `goTo` step, against its limit. */
  rounds: z.record(StepId, z.int()),
  /** The step this leg begins at, where that is not the start. */
  at: StepId.optional(),
  /** Nothing happens before: a throttled entry. */
  notBefore: Instant.optional(),
  /** The step that was last held because the journey was paused, and since when. */
  held: z.object({ stepId: StepId, since: Instant }).optional(),
  /** A test person, who really gets everything, and is counted nowhere. */
  test: z.boolean().optional(),
});
export type ExecutionRun = z.infer<typeof ExecutionRun>;
/** How every first execution of an enrolment sets out. */
export const firstRun: ExecutionRun = { leg: 0, round: 0, rounds: {} };
/** Input of a journey's execution. `splits` holds each random split's bucket (0–9,999), drawn by hash when the customer enters. */
export const ExecutionInput = z.object({
  workspace: z.string(),
  customer: CustomerRef,
  enrolmentId: z.string(),
  journeyId: z.string(),
  version: z.int(),
  startedAt: Instant,
  /** `depth`: how many journeys started one another on the way here. */
  trigger: z.object({ id: z.string(), name: z.string(), properties: JsonObject, depth: z.int().optional() }),
  splits: z.record(z.string(), z.int()),
  /** What steps leave for later ones. */
  vars: JsonObject,
  run: ExecutionRun,
});
export type ExecutionInput = z.infer<typeof ExecutionInput>;
