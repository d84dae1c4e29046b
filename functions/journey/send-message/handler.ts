import { StepCall } from '#lib/journey/execution/step-call.ts';
import { type StepBlocked } from '#lib/journey/execution/step-guard.ts';
import { type SendOutcome } from '#lib/journey/messaging/send-ledger.ts';
import { sendIdOf } from '#lib/journey/steps/send/send-entry.ts';
import { type SendDependencies, sendMessage, type SendResult } from '#lib/journey/steps/send/send-message.ts';

interface Dependencies extends SendDependencies {
  /** Reports the outcome of each call. `unknown` needs an operator's attention. */
  report: (
    status: SendOutcome['status'] | 'deferred' | StepBlocked['gate'],
    call: { sendId: string; journeyId: string; reason?: string | undefined },
  ) => void;
}

/** The step `send`: sends a message at most once per visit (`sendMessage`). */
export function sendStepMessage({ report, ...dependencies }: Dependencies) {
  return async (event: unknown): Promise<SendResult> => {
    const call = StepCall.parse(event);
    const result = await sendMessage(dependencies, call);
    report('gate' in result ? result.gate : result.status, {
      sendId: sendIdOf(call),
      journeyId: call.enrolment.journeyId,
      reason: 'reason' in result ? result.reason : undefined,
    });
    return result;
  };
}
