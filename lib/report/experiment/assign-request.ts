import * as z from 'zod';
import { Rejected } from '../../shared/errors.ts';
import { CustomerId, userRef } from '../../model/customer.ts';
import { armOf } from './assign-arm.ts';
import { ArmPlans } from './experiment-plan.ts';

/** Which arm customers are in. */
export const AssignRequest = z.strictObject({
  experiment: z.string().min(1).max(200).describe('its id: those of one name fall alike, those of two apart'),
  arms: ArmPlans.describe('as in its plan, in the same order'),
  customers: z.array(CustomerId).min(1).max(1_000).describe('one id for each, the same on every visit'),
});
export type AssignRequest = z.infer<typeof AssignRequest>;

/** The arm of each customer, in the order of the request. */
export const AssignAnswer = z.object({
  assignments: z.array(z.object({ customer: z.string(), arm: z.string() })).describe('in the order asked for'),
});
export type AssignAnswer = z.infer<typeof AssignAnswer>;

/** Largest answer: a thousand ids of ordinary length take a tenth of it. Bytes of JSON. */
const maxBytes = 1_000_000;

/**
 * Returns the arm of each customer. Nothing is stored. A retry returns the same while arms and
 * weights are.
 */
export function answerAssign(workspace: string, { experiment, arms, customers }: AssignRequest): AssignAnswer {
  const assignments = customers.map((customer) => {
    const arm = armOf({ id: experiment, arms }, { workspace, customer: userRef(customer) });
    return { customer, arm };
  });
  if (Buffer.byteLength(JSON.stringify(assignments)) > maxBytes)
    throw new Rejected('experiment.invalid', { hint: 'ids of customers are too long together: ask for fewer at once' });
  return { assignments };
}
