import { type Timers } from '../../aws/timers.ts';
import { Rejected } from '../../shared/errors.ts';
import { type JsonObject } from '../../shared/json.ts';
import { addMs, type Clock } from '../../shared/time.ts';
import {
  type Continuation,
  type ContinuationDependencies,
  type ContinuationResult,
  continuationTimerName,
  startContinuation,
} from './continuation.ts';
import { type StepCall } from './step-call.ts';

/** The stores, the client, the timers and the clock that a suspension uses. */
export interface SuspendDependencies extends ContinuationDependencies {
  timers: Timers;
  clock: Clock;
}

/** `parked`: a timer starts the next execution. Else how the start at once ended. */
export interface SuspendResult {
  status: 'parked' | ContinuationResult;
  because: JsonObject;
}

/**
 * Returns the execution that continues the enrolment of a call. A pause before an earlier step no
 * longer counts as a delay. Throws `Rejected('journey.no-time')` for a call without a time.
 */
export function toContinuation({ enrolment, vars, until, at, stepId }: StepCall, machineArn: string): Continuation {
  if (until === undefined || at === undefined) throw new Rejected('journey.no-time', { stepId });
  const { held: _held, ...run } = enrolment.run;
  const input = { ...enrolment, vars, run: { ...run, leg: run.leg + 1, at } };
  return { input, machineArn, at, until: addMs(until, 0) };
}

/**
 * Suspends an enrolment before a long wait; a timer starts the next execution. Marks the row first,
 * which fails for an ended enrolment. Then sets the timer under the continuation's name, so a retry
 * sets none twice. A time in the past starts the continuation at once.
 */
export async function suspendUntil(dependencies: SuspendDependencies, call: StepCall): Promise<SuspendResult> {
  const { enrolments, executions, timers, clock } = dependencies;
  const { workspace, customer, enrolmentId } = call.enrolment;
  if (call.execution === undefined) throw new Rejected('journey.no-execution', { stepId: call.stepId });
  const continuation = toContinuation(call, await executions.machineOf(call.execution));
  const { until, input } = continuation;
  const { leg } = input.run;
  const because = { until, leg };
  if (until <= clock.now()) return { status: await startContinuation(dependencies, continuation), because };
  const isMarked = await enrolments.markSuspended({ workspace, customer }, enrolmentId, { until, at: call.stepId });
  if (!isMarked) return { status: 'over', because };
  await timers.set(continuationTimerName(enrolmentId, leg), until, continuation);
  return { status: 'parked', because };
}

/**
 * Deletes the timer of a suspended enrolment that has ended. Safe to repeat. A timer that is left
 * over starts nothing.
 */
export async function clearContinuationTimer(
  timers: Pick<Timers, 'clear'>,
  { enrolmentId, parkedLeg }: { enrolmentId: string; parkedLeg?: number | undefined },
): Promise<void> {
  if (parkedLeg !== undefined) await timers.clear(continuationTimerName(enrolmentId, parkedLeg));
}
