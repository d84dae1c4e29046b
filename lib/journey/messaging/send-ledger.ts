import * as z from 'zod';
import { type Customer } from '../../model/customer.ts';
import { type Instant } from '../../shared/time.ts';
import { type Contact } from './decide-send.ts';
import { type RenderedMessage } from './render-template.ts';

/**
 * `claimed` is written before the provider is called. `unknown` means that the message may have
 * been sent. It is never sent again.
 */
export const SendStatus = z.enum(['claimed', 'sent', 'failed', 'skipped', 'unknown']);
export type SendStatus = z.infer<typeof SendStatus>;

/** How a visit of a send step ended. */
export const SendOutcome = z.object({
  status: SendStatus.exclude(['claimed']),
  reason: z.string().optional(),
  /** Provider that accepted it, such as `ses`, `sns` or `webhook`. */
  provider: z.string().optional(),
  providerId: z.string().optional(),
});
export type SendOutcome = z.infer<typeof SendOutcome>;

/** One visit of a send step, as the ledger identifies it and the timeline shows it. */
export interface SendEntry {
  owner: Customer;
  sendId: string;
  enrolmentId: string;
  journeyId: string;
  stepId: string;
  channel: string;
  purpose: string;
}

/**
 * The message of one visit. `at` is the time of the claim, and stays when a later attempt settles
 * it.
 */
export interface SendAttempt {
  entry: SendEntry;
  at: Instant;
  to: string;
  message: RenderedMessage;
}

/** An attempt that asks for the right to send. */
export interface SendClaim extends SendAttempt {
  /** Identity whose profile must hold the enrolment. */
  customer: Customer;
  /** Contacts that caps counted. The claim adds its own. Undefined if the workspace has no caps. */
  contacts?: RecentContacts | undefined;
}

/** Recent messages of a customer. `rev` counts the writes. */
export interface RecentContacts {
  recent: Contact[];
  rev: number;
}

/** What an earlier attempt left: a claim, or the end of the send. */
export type EarlierSend = { status: 'claimed'; at: Instant } | SendOutcome;

/** The send ledger: at most one message for each visit of a send step. */
export interface SendStore {
  /** Returns the messages that caps count. Strongly consistent. */
  readContacts(customer: Customer): Promise<RecentContacts>;
  /**
   * Claims the right to send, in one transaction. It fails if the enrolment has ended or the
   * contacts have changed since. Returns `changed` in that case, and the caller decides anew.
   * Returns the earlier claim or end on a retry.
   */
  claim(claim: SendClaim): Promise<'claimed' | 'changed' | EarlierSend>;
  /**
   * Writes the end of a claimed send and its timeline row, only while the ledger says `claimed` or
   * `unknown`. So a late answer of the provider replaces `unknown`, and a retry changes nothing. If
   * DynamoDB can never take it, that is logged, and the ledger says `claimed` for good.
   */
  settle(attempt: SendAttempt, outcome: SendOutcome): Promise<void>;
  /** Ends a visit without sending. Idempotent: returns the end of the first attempt. */
  skip(entry: SendEntry, at: Instant, reason: string): Promise<EarlierSend>;
}
