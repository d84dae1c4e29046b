import * as z from 'zod';
import { type Executions } from '../../aws/step-functions/executions.ts';
import { Instant } from '../../shared/time.ts';
import { executionName } from '../enrolment/enrolment-record.ts';
import { type EnrolmentStore } from '../enrolment/enrolment-store.ts';
import { ExecutionInput } from '../enrolment/execution-input.ts';
import { StepId } from '../definition/step.ts';

/** An execution that takes over from another: on which version, with what, and `input.run` says which leg it is and where it begins. */
export const Continuation = z.object({ machineArn: z.string(), at: StepId, until: Instant, input: ExecutionInput });
export type Continuation = z.infer<typeof Continuation>;

/** Name of the timer that starts a leg. */
export const continuationTimerName = (enrolmentId: string, leg: number): string => `${enrolmentId}-${leg}`;

export interface ContinuationDependencies {
  enrolments: Pick<EnrolmentStore, 'get' | 'markContinued' | 'markSuspended'>;
  executions: Pick<Executions, 'start' | 'stop' | 'machineOf'>;
}

/** How a leg set out: `behind` was told of again after a later one. */
export type ContinuationResult = 'started' | 'behind' | 'over';

/**
 * Starts the next leg of a stay, under its name: however often it is told, it is started once. Whoever has left meanwhile starts nothing,
 * and what was started a moment too late is stopped.
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
