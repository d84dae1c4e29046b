import { customerId } from '#lib/model/customer.ts';
import { type Profile } from '#lib/model/profile.ts';
import { type SendChannel } from '#lib/model/workspace.ts';
import { conflict } from '#lib/shared/retry.ts';
import { type StepOf } from '../../definition/step.ts';
import { type DeliverMessage, type OutgoingMessage } from '../../messaging/deliver.ts';
import {
  type EarlierSend,
  type SendAttempt,
  type SendClaim,
  type SendOutcome,
  type SendStore,
} from '../../messaging/send-ledger.ts';

/** The ledger, and a delivery function for each channel that has a provider. */
export interface DeliveryDependencies {
  sends: SendStore;
  deliver: Partial<Record<SendChannel, DeliverMessage>>;
}

/** Returns an attempt's message for the provider. The id of the visit is its idempotency key. */
export function toOutgoing(
  { channel, purpose }: StepOf<'send'>,
  { entry, at, to, message }: SendAttempt,
  { customer }: Profile,
): OutgoingMessage {
  const { owner, sendId, journeyId, stepId } = entry;
  const about = { workspace: owner.workspace, customerId: customerId(customer), journeyId, stepId };
  return { channel, purpose, to, message, idempotencyKey: sendId, owner, at, about };
}

/** Stores the outcome of a claimed send and returns it. */
async function settle(sends: SendStore, attempt: SendAttempt, outcome: SendOutcome): Promise<SendOutcome> {
  await sends.settle(attempt, outcome);
  return outcome;
}

/**
 * Returns the outcome of a visit that an earlier attempt began. A claim without an outcome becomes
 * `unknown`, because the earlier attempt may have sent the message.
 */
export async function finishEarlierSend(
  sends: SendStore,
  attempt: SendAttempt,
  earlier: EarlierSend,
): Promise<SendOutcome> {
  if (earlier.status !== 'claimed') return earlier;
  return settle(sends, { ...attempt, at: earlier.at }, { status: 'unknown', reason: 'interrupted' });
}

/**
 * Claims the visit, calls the provider and settles, in this order. Calls no provider without a
 * claim of its own. Returns `conflict` if the decision to send is no longer valid.
 */
export async function claimAndDeliver(
  { sends, deliver }: DeliveryDependencies,
  claim: SendClaim,
  outgoing: OutgoingMessage,
): Promise<SendOutcome | typeof conflict> {
  const claimed = await sends.claim(claim);
  if (claimed === 'changed') return conflict;
  if (claimed !== 'claimed') return finishEarlierSend(sends, claim, claimed);
  const deliverOn = deliver[outgoing.channel];
  const outcome: SendOutcome = deliverOn
    ? await deliverOn(outgoing)
    : { status: 'failed', reason: 'channel-not-configured' };
  return settle(sends, claim, outcome);
}
