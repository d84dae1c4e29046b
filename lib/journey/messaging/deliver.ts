import { type Customer } from '../../model/customer.ts';
import { type Purpose, type SendChannel } from '../../model/workspace.ts';
import { type Instant } from '../../shared/time.ts';
import { type RenderedMessage } from './render-template.ts';
import { type SendOutcome } from './send-ledger-store.ts';

/** A message on its way out. `idempotencyKey` is the same for every try: receivers may drop what they have. */
export interface OutgoingMessage {
  channel: SendChannel;
  purpose: Purpose;
  to: string;
  message: RenderedMessage;
  idempotencyKey: string;
  /** Whose partition keeps what is sent, and as of when. */
  owner: Customer;
  at: Instant;
  /** What a webhook is told besides the text. */
  about: { workspace: string; customerId: string; journeyId: string; stepId: string };
}

/**
 * One try, never more: what may have arrived is not sent again. `sent` and `failed` only where that is certain, else `unknown`. Never
 * throws.
 */
export type DeliverMessage = (outgoing: OutgoingMessage) => Promise<SendOutcome>;
