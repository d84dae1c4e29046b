import * as z from 'zod';
import { type Timers } from '../../../lib/aws/timers.ts';
import { Rejected } from '../../../lib/shared/errors.ts';
import { events } from '../../../lib/model/bus-events.ts';
import {
  type Continuation,
  type ContinuationDependencies,
  startContinuation,
  continuationTimerName,
} from '../../../lib/journey/execution/continuation.ts';
import { StepCall } from '../../../lib/journey/execution/step-call.ts';
import { type JsonObject } from '../../../lib/shared/json.ts';
import { type Clock, addMs } from '../../../lib/shared/time.ts';

interface Dependencies extends ContinuationDependencies {
  timers: Timers;
  clock: Clock;
}

type Result = { status: 'parked' | Awaited<ReturnType<typeof startContinuation>>; because: JsonObject };

const Ended = z.object({ 'detail-type': z.literal('EnrolmentEnded'), detail: events.EnrolmentEnded });

function legOf({ enrolment, vars, until, at, stepId }: StepCall, machineArn: string): Continuation {
  if (until === undefined || at === undefined) throw new Rejected('journey.no-time', { stepId });
  // A pause before an earlier step no longer counts as a delay.
  const { held: _, ...run } = enrolment.run;
  const input = { ...enrolment, vars, run: { ...run, leg: run.leg + 1, at } };
  return { input, machineArn, at, until: addMs(until, 0) };
}

/**
 * Ends an execution before a long wait; a timer starts the next one. Marks the row first, which
 * fails for an ended enrolment. Then sets the timer under the continuation's name, so a retry sets
 * none twice. A time in the past starts the continuation at once. Clears the timer after
 * `EnrolmentEnded`; a timer left over starts nothing.
 */
export function suspendEnrolment({ timers, clock, ...dependencies }: Dependencies) {
  const { enrolments, executions } = dependencies;

  async function parked(call: StepCall): Promise<Result> {
    const { workspace, customer, enrolmentId } = call.enrolment;
    if (call.execution === undefined) throw new Rejected('journey.no-execution', { stepId: call.stepId });
    const leg = legOf(call, await executions.machineOf(call.execution));
    const { until, input } = leg;
    const because = { until, leg: input.run.leg };
    if (until <= clock.now()) return { status: await startContinuation(dependencies, leg), because };
    const at = { until, at: call.stepId };
    if (!(await enrolments.markSuspended({ workspace, customer }, enrolmentId, at))) return { status: 'over', because };
    await timers.set(continuationTimerName(enrolmentId, input.run.leg), until, leg);
    return { status: 'parked', because };
  }

  return async (event: unknown): Promise<Result | undefined> => {
    const ended = Ended.safeParse(event);
    if (!ended.success) return parked(StepCall.parse(event));
    const { enrolmentId, parkedLeg } = ended.data.detail;
    if (parkedLeg !== undefined) await timers.clear(continuationTimerName(enrolmentId, parkedLeg));
    return undefined;
  };
}
