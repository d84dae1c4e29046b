import * as z from 'zod';
import { Rejected } from '../../shared/errors.ts';
import { JsonObject } from '../../shared/json.ts';
import { ContextTime } from '../../shared/time.ts';
import { ContactHours } from '../definition/contact-hours.ts';
import { Step, StepId, type StepOf } from '../definition/step.ts';
import { ExecutionInput } from '../enrolment/execution-input.ts';

/** The step of the call that waits while a journey is paused. Authors cannot write it. */
const Hold = z.strictObject({ kind: z.literal('hold') });

/**
 * Payload of a step's function. (`enrolmentId`, `stepId`, `occurrence`) is the same for every retry
 * of one visit and differs between visits, so it makes an effect idempotent. `vars` are results of
 * earlier steps. Machines omit those of `enrolment`, to stay within 256 KiB. `token` is set if the
 * step waits.
 */
export const StepCall = z
  .object({
    enrolment: ExecutionInput,
    stepId: z.string(),
    occurrence: z.int(),
    enteredAt: ContextTime,
    step: z.union([Step, Hold]),
    vars: JsonObject.optional(),
    token: z.string().optional(),
    /** When the step was entered first, for a wait whose end is computed again. */
    since: ContextTime.optional(),
    /** The journey's own contact hours, if the step sends marketing. */
    hours: ContactHours.optional(),
    /**
     * For a call that suspends its enrolment: when the next execution begins, at which step, and
     * the ARN of the current execution.
     */
    until: z.string().optional(),
    at: StepId.optional(),
    execution: z.string().optional(),
    /** Whether the step guard may block the step. The state machine then has a choice after it. */
    gated: z.boolean().default(false),
  })
  .transform(({ vars, ...call }) => ({ ...call, vars: vars ?? call.enrolment.vars }));
export type StepCall = z.infer<typeof StepCall>;

/**
 * Returns the step of a call with the type of its kind. Throws `Rejected('journey.wrong-step')` for
 * another kind, that is, if a state machine calls the wrong function.
 */
export function stepOf<Kind extends Step['kind']>({ step, stepId }: StepCall, kind: Kind): StepOf<Kind> {
  if (step.kind !== kind) throw new Rejected('journey.wrong-step', { stepId, kind: step.kind, expected: kind });
  return step as StepOf<Kind>; // the kind was compared above
}

/** Returns the task token of a call. Throws `Rejected('journey.no-token')` if the step has none. */
export function tokenOf({ token, stepId }: StepCall): string {
  if (token === undefined) throw new Rejected('journey.no-token', { stepId });
  return token;
}
