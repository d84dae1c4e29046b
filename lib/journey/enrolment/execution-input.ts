import * as z from 'zod';
import { CustomerRef } from '../../model/customer.ts';
import { JsonObject } from '../../shared/json.ts';
import { ContextTime, Instant } from '../../shared/time.ts';
import { compact } from '../../shared/records.ts';
import { drawSplits } from '../definition/draw-splits.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { StepId } from '../definition/step.ts';
import { type OwnedEnrolment } from './enrolment-record.ts';
import { type EntryRequest } from './entry-request.ts';

/**
 * Progress of one execution of an enrolment. Each state passes it on with the rest of its input.
 */
export const ExecutionRun = z.object({
  /** 0 for the first execution of an enrolment. Each continuation has the next number. */
  leg: z.int(),
  /** How often any `goTo` has led back. It is the `occurrence` of every step visited since. */
  round: z.int(),
  /** How often each `goTo` step has led back, compared with the limit of that step. */
  rounds: z.record(StepId, z.int()),
  /** The step at which this execution begins. Missing if that is the journey's start. */
  at: StepId.optional(),
  /** Time before which the execution of a throttled entry does nothing. */
  notBefore: Instant.optional(),
  /** The step at which the execution last paused with its journey, and since when. */
  held: z.object({ stepId: StepId, since: ContextTime }).optional(),
  /** The customer is a test person. All messages are really sent, but nothing is counted. */
  test: z.boolean().optional(),
});
export type ExecutionRun = z.infer<typeof ExecutionRun>;

/** The progress with which the first execution of an enrolment starts. */
export const firstRun: ExecutionRun = { leg: 0, round: 0, rounds: {} };

/**
 * Input of a journey's execution. `splits` has each split's bucket (0–9,999), by step. `drawSplits`
 * computes it by hash when the customer enters.
 */
export const ExecutionInput = z.object({
  workspace: z.string(),
  customer: CustomerRef,
  enrolmentId: z.string(),
  journeyId: z.string(),
  version: z.int(),
  startedAt: Instant,
  /** `depth` is how many journeys started one another before this entry. */
  trigger: z.object({ id: z.string(), name: z.string(), properties: JsonObject, depth: z.int().optional() }),
  splits: z.record(z.string(), z.int()),
  /** Results of earlier steps, by name. */
  vars: JsonObject,
  run: ExecutionRun,
});
export type ExecutionInput = z.infer<typeof ExecutionInput>;

/** Returns the input of an enrolment's first execution. Simulations use it too. */
export function firstExecutionInput(
  { enrolment, owner }: OwnedEnrolment,
  definition: JourneyDefinition,
  request: EntryRequest,
): ExecutionInput {
  const { enrolmentId, journeyId, version, startedAt, notBefore, test } = enrolment;
  const { id, name, properties, depth } = request;
  return {
    workspace: owner.workspace,
    customer: owner.customer,
    enrolmentId,
    journeyId,
    version,
    startedAt,
    trigger: { id, name, properties, ...compact({ depth }) },
    splits: drawSplits(definition, owner),
    vars: {},
    run: { ...firstRun, ...compact({ notBefore, test }) },
  };
}
