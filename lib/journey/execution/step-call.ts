import * as z from 'zod';
import { Rejected } from '../../shared/errors.ts';
import { JsonObject } from '../../shared/json.ts';
import { ContactHours } from '../definition/contact-hours.ts';
import { Step, StepId, type StepOf } from '../definition/step.ts';
import { ExecutionInput } from '../enrolment/execution-input.ts';

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
