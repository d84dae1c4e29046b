import * as z from 'zod';
import {
  concludeEnrolment,
  type EnrolmentConclusion,
  ExecutionEndDetail,
} from '#lib/journey/execution/conclude-enrolment.ts';
import { type EndEnrolmentDependencies } from '#lib/journey/execution/end-enrolment.ts';
import { type Clock } from '#lib/shared/time.ts';

interface Dependencies extends EndEnrolmentDependencies {
  clock: Clock;
  /** Reports how each enrolment ended. `failed` needs an operator's attention. */
  report: (outcome: 'ended' | 'failed', execution: { name: string }) => void;
}

const EndEvent = z.object({ detail: ExecutionEndDetail });

const isFailure = ({ status }: ExecutionEndDetail): boolean => status === 'FAILED' || status === 'TIMED_OUT';

/**
 * When an execution has ended, ends the enrolment that it ran, unless another execution continues
 * it (`concludeEnrolment`).
 */
export function concludeExecution({ report, ...dependencies }: Dependencies) {
  return async (event: unknown): Promise<{ outcome: EnrolmentConclusion }> => {
    const { detail } = EndEvent.parse(event);
    const outcome = await concludeEnrolment(dependencies, detail);
    if (outcome === 'ended') report(isFailure(detail) ? 'failed' : 'ended', detail);
    return { outcome };
  };
}
