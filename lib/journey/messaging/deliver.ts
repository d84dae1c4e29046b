import { type Customer } from '../../model/customer.ts';
import { type Purpose, type SendChannel } from '../../model/workspace.ts';
import { type Instant } from '../../shared/time.ts';
import { type RenderedMessage } from './render-template.ts';
import { type SendOutcome } from './send-ledger.ts';

/**
 * A message for a provider. `idempotencyKey` is the same on each attempt, so that receivers can
 * drop duplicates.
 */
export interface OutgoingMessage {
  channel: SendChannel;
  purpose: Purpose;
  to: string;
  message: RenderedMessage;
  idempotencyKey: string;
  /** Customer whose partition stores the message, and the message's time. */
  owner: Customer;
  at: Instant;
  /** Metadata that a webhook gets beside the text. */
  about: { workspace: string; customerId: string; journeyId: string; stepId: string };
}

/**
 * Makes one attempt, and never throws. Returns `sent` or `failed` only if that is certain, else
 * `unknown`, because a message that may have arrived is not sent again.
 */
export type DeliverMessage = (outgoing: OutgoingMessage) => Promise<SendOutcome>;
