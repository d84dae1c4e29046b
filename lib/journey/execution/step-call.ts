import * as z from 'zod';
import { Rejected } from '../../shared/errors.ts';
import { CustomerRef } from '../../model/customer.ts';
import { JsonObject } from '../../shared/json.ts';
import { Instant } from '../../shared/time.ts';
import { ContactHours } from '../definition/journey-definition.ts';
import { Step, StepId, type StepOf } from '../definition/step.ts';

/** Where one execution of an enrolment stands; states hand it on with the rest of their input. */
export const Run = z.object({
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
export type Run = z.infer<typeof Run>;

/** How every first execution of an enrolment sets out. */
export const firstRun: Run = { leg: 0, round: 0, rounds: {} };

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
  run: Run,
});
export type ExecutionInput = z.infer<typeof ExecutionInput>;

/** No step of an author's: where a gated one waits while its journey is paused. */
const Hold = z.strictObject({ kind: z.literal('hold') });

/**
 * What a step's function gets. (`enrolmentId`, `stepId`, `occurrence`) is the same for every retry of one visit and differs between
 * visits: the identity that makes an effect happen once. `vars` are results of earlier steps, by name: those of `enrolment`, which machines
 * do not send twice, as a call may have 256 KiB. `token` where the step waits.
 */
export const StepCall = z
  .object({
    enrolment: ExecutionInput,
    stepId: z.string(),
    occurrence: z.int(),
    enteredAt: z.string(),
    step: z.union([Step, Hold]),
    vars: JsonObject.optional(),
    token: z.string().optional(),
    /** The journey's own rules of contact, where the step sends marketing. */
    hours: ContactHours.optional(),
    /** Of a leg that ends here: when the next one begins, at which step, and the execution that asks. */
    until: z.string().optional(),
    at: StepId.optional(),
    execution: z.string().optional(),
    /** The step can be stopped by the gate: a choice follows it. */
    gated: z.boolean().default(false),
  })
  .transform(({ vars, ...call }) => ({ ...call, vars: vars ?? call.enrolment.vars }));
export type StepCall = z.infer<typeof StepCall>;

/** The step of a call, known to be of a kind. Throws `Rejected('journey.wrong-step')` when a machine calls the wrong function. */
export function stepOf<Kind extends Step['kind']>({ step, stepId }: StepCall, kind: Kind): StepOf<Kind> {
  if (step.kind !== kind) throw new Rejected('journey.wrong-step', { stepId, kind: step.kind, expected: kind });
  return step as StepOf<Kind>; // the kind says so
}
