import * as z from 'zod';
import { Rejected } from '../errors.ts';
import { CustomerRef } from '../identity/customer.ts';
import { JsonObject } from '../json.ts';
import { Instant } from '../time.ts';
import { Step, type StepOf } from './definition.ts';

/** Input of a journey's execution. `splits` holds each random split's bucket (0–9,999), drawn by hash when the customer enters. */
export const ExecutionInput = z.object({
  workspace: z.string(),
  customer: CustomerRef,
  enrolmentId: z.string(),
  journeyId: z.string(),
  version: z.int(),
  startedAt: Instant,
  trigger: z.object({ id: z.string(), name: z.string(), properties: JsonObject }),
  splits: z.record(z.string(), z.int()),
  /** What steps leave for later ones; states hand it on with the rest of their input. */
  vars: JsonObject,
});
export type ExecutionInput = z.infer<typeof ExecutionInput>;

/**
 * What a step's function gets. (`enrolmentId`, `stepId`, `occurrence`) is the same for every retry of one visit and differs between
 * visits: the identity that makes an effect happen once. `vars` are results of earlier steps, by name. `token` where the step waits.
 */
export const StepCall = z.object({
  enrolment: ExecutionInput,
  stepId: z.string(),
  occurrence: z.int(),
  enteredAt: z.string(),
  step: Step,
  vars: JsonObject.default({}),
  token: z.string().optional(),
});
export type StepCall = z.infer<typeof StepCall>;

/** The step of a call, known to be of a kind. Throws `Rejected('journey.wrong-step')` when a machine calls the wrong function. */
export function stepOf<Kind extends Step['kind']>({ step, stepId }: StepCall, kind: Kind): StepOf<Kind> {
  if (step.kind !== kind) throw new Rejected('journey.wrong-step', { stepId, kind: step.kind, expected: kind });
  return step as StepOf<Kind>; // the kind says so
}
