import { deterministicId } from '#lib/shared/ids.ts';
import { type StepOf } from '../../definition/step.ts';
import { type StepCall } from '../../execution/step-call.ts';
import { type SendEntry } from '../../messaging/send-ledger.ts';

/** Returns the id of one visit of a send step. Every retry of the visit has the same one. */
export const sendIdOf = ({ enrolment, stepId, occurrence }: StepCall): string =>
  deterministicId('send', enrolment.enrolmentId, stepId, occurrence);

/** Returns the visit of a send step as the ledger identifies it. */
export function toSendEntry(call: StepCall, { channel, purpose }: StepOf<'send'>): SendEntry {
  const { workspace, customer, enrolmentId, journeyId } = call.enrolment;
  return {
    owner: { workspace, customer },
    sendId: sendIdOf(call),
    enrolmentId,
    journeyId,
    stepId: call.stepId,
    channel,
    purpose,
  };
}
