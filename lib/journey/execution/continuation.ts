import * as z from 'zod';
import { type Executions } from '../../aws/step-functions/executions.ts';
import { Instant } from '../../shared/time.ts';
import { executionName } from '../enrolment/enrolment-record.ts';
import { type EnrolmentStore } from '../enrolment/enrolment-store.ts';
import { ExecutionInput } from '../enrolment/execution-input.ts';
import { StepId } from '../definition/step.ts';

/**
 * An execution that continues an enrolment after another one. `machineArn` is the version it runs
 * on. `input.run` has its number and the step at which it begins.
 */
export const Continuation = z.object({ machineArn: z.string(), at: StepId, until: Instant, input: ExecutionInput });
export type Continuation = z.infer<typeof Continuation>;

/** Returns the name of the timer that starts execution number `leg`. */
export const continuationTimerName = (enrolmentId: string, leg: number): string => `${enrolmentId}-${leg}`;

/** The stores and the client that `startContinuation` uses. */
export interface ContinuationDependencies {
  enrolments: Pick<EnrolmentStore, 'get' | 'markContinued' | 'markSuspended'>;
  executions: Pick<Executions, 'start' | 'stop' | 'machineOf'>;
}

/**
 * Outcome of a continuation. `behind`: a later execution already runs the enrolment, so the timer
 * fired twice. `over`: the enrolment has ended.
 */
export type ContinuationResult = 'started' | 'behind' | 'over';

/**
 * Starts the next execution of an enrolment under its own name. A retry or a duplicate timer starts
 * no second one. Starts nothing if the enrolment has ended. If the enrolment ends during the start,
 * the execution is stopped.
 */
export async function startContinuation(
  { enrolments, executions }: ContinuationDependencies,
  { machineArn, input }: Continuation,
): Promise<ContinuationResult> {
  const { workspace, customer, enrolmentId, run } = input;
  const owner = { workspace, customer };
  const enrolment = await enrolments.get(owner, enrolmentId);
  if (!enrolment || enrolment.status === 'ended') return 'over';
  if ((enrolment.leg ?? 0) > run.leg) return 'behind';
  const arn = await executions.start(machineArn, executionName(input, run.leg), input);
  const led = await enrolments.markContinued({ enrolment, owner }, { leg: run.leg, executionArn: arn });
  if (led === 'led') return 'started';
  if (led === 'ended') await executions.stop(arn, 'ended before it was started');
  return led === 'behind' ? 'behind' : 'over';
}
