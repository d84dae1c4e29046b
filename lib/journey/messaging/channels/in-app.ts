import { findPermanentRefusal } from '#lib/aws/table/write-refusal.ts';
import { type DeliverMessage, type OutgoingMessage } from '../deliver.ts';
import { type SendOutcome } from '../send-ledger.ts';
import { type InAppStore } from './in-app-store.ts';

async function keepOutgoing(store: Pick<InAppStore, 'keep'>, outgoing: OutgoingMessage): Promise<SendOutcome> {
  const { owner, at, idempotencyKey: messageId, message, about } = outgoing;
  const { journeyId, stepId } = about;
  try {
    await store.keep(owner, { messageId, journeyId, stepId, at, ...message });
    return { status: 'sent', provider: 'in-app' };
  } catch (error) {
    const refusal = findPermanentRefusal(error);
    if (refusal) return { status: 'failed', provider: 'in-app', reason: refusal };
    // The write may have succeeded. Then the app shows the message as decided.
    return { status: 'unknown', provider: 'in-app', reason: error instanceof Error ? error.name : 'unknown' };
  }
}

/** Creates a channel that keeps messages in the table, where the app asks for them. */
export function inAppChannel(store: Pick<InAppStore, 'keep'>): DeliverMessage {
  return (outgoing) => keepOutgoing(store, outgoing);
}
