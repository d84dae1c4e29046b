import * as z from 'zod';
import {
  clearContinuationTimer,
  type SuspendDependencies,
  type SuspendResult,
  suspendUntil,
} from '#lib/journey/execution/suspend-enrolment.ts';
import { StepCall } from '#lib/journey/execution/step-call.ts';
import { events } from '#lib/model/bus-events.ts';

const EndEvent = z.object({ 'detail-type': z.literal('EnrolmentEnded'), detail: events.EnrolmentEnded });

/**
 * Ends an execution before a long wait, and has a timer start the next one (`suspendUntil`). Clears
 * the timer after `EnrolmentEnded`.
 */
export function suspendEnrolment(dependencies: SuspendDependencies) {
  return async (event: unknown): Promise<SuspendResult | undefined> => {
    const ended = EndEvent.safeParse(event);
    if (!ended.success) return suspendUntil(dependencies, StepCall.parse(event));
    await clearContinuationTimer(dependencies.timers, ended.data.detail);
    return undefined;
  };
}
