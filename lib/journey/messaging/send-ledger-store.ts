import * as z from 'zod';
import { type Table, type Write } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { type Instant, ttlAfter, daySeconds } from '../../shared/time.ts';
import { truncate, type RenderedMessage } from './render-template.ts';
import { Contact } from './decide-send.ts';
import { ifAbsent, ifRevision } from '../../aws/table/conditions.ts';

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
 * A message about to be sent. `at` is the time of the claim, and stays when a later attempt settles
 * it.
 */
export interface SendClaim {
  entry: SendEntry;
  at: Instant;
  to: string;
  message: RenderedMessage;
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

/**
 * Retention of a ledger row, s. Longer than an execution may live plus the time its name is
 * reserved, so no retry comes after it.
 */
const keptFor = 400 * daySeconds;

/**
 * Maximum number of contacts kept for caps. A cap that allows more in its window counts too few.
 */
const maxContacts = 100;

/** Maximum number of characters of a message kept for the timeline. */
const maxShown = 2_000;

/** The send ledger: at most one message for each visit of a send step. */
export interface SendStore {
  contacts(customer: Customer): Promise<RecentContacts>;
  /**
   * Claims the right to send, in one transaction. It fails if the enrolment has ended or the
   * contacts have changed since. Returns `changed` in that case, and the caller decides anew.
   * Returns the earlier claim or end on a retry.
   */
  claim(claim: SendClaim): Promise<'claimed' | 'changed' | EarlierSend>;
  /**
   * Writes the end of a claimed send and its timeline row, only while the ledger says `claimed` or
   * `unknown`. So a late answer of the provider replaces `unknown`, and a retry changes nothing.
   */
  settle(claim: Omit<SendClaim, 'customer' | 'contacts'>, end: SendOutcome): Promise<void>;
  /** Ends a visit without sending. Idempotent: returns the end of the first attempt. */
  skip(entry: SendEntry, at: Instant, reason: string): Promise<EarlierSend>;
}

function ledgerRow({ owner, sendId, ...entry }: SendEntry, at: Instant): Record<string, unknown> {
  return { ...entry, at, ttl: ttlAfter(at, keptFor) };
}

function timelinePut(
  { entry: { owner, sendId, ...entry }, at, to, message }: Pick<SendClaim, 'entry' | 'at'> & Partial<SendClaim>,
  end: SendOutcome,
): Write {
  const shown = message && { ...message, body: truncate(message.body, maxShown) };
  const doc = JSON.stringify({ ...entry, ...end, ...(to !== undefined && { to }), ...shown });
  return { put: { ...keys.message(owner, at, sendId), doc } };
}

function contactsPut(customer: Customer, { recent, rev }: RecentContacts, contact: Contact): Write {
  return {
    put: { ...keys.contacts(customer), recent: [...recent, contact].slice(-maxContacts), rev: rev + 1 },
    if: ifRevision(rev),
  };
}

/** Creates the send ledger in the table. */
export function sendStore(table: Table): SendStore {
  async function earlier({ owner, sendId }: SendEntry): Promise<EarlierSend | undefined> {
    const row = await table.get(keys.send(owner, sendId), { consistent: true });
    if (!row) return undefined;
    return row.status === 'claimed' ? { status: 'claimed', at: String(row.at) } : SendOutcome.parse(row);
  }

  return {
    async contacts(customer) {
      const row = await table.get(keys.contacts(customer), { consistent: true });
      return row ? { recent: Contact.array().parse(row.recent), rev: Number(row.rev) } : { recent: [], rev: 0 };
    },

    async claim({ entry, at, customer, contacts }) {
      const { channel, purpose, enrolmentId } = entry;
      const put = { ...keys.send(entry.owner, entry.sendId), ...ledgerRow(entry, at), status: 'claimed' };
      const inside = { expression: 'contains(active, :enrolment)', values: { ':enrolment': enrolmentId } };
      const claimed = await table.transact([
        { put, if: ifAbsent },
        { check: keys.profile(customer), if: inside },
        ...(contacts ? [contactsPut(customer, contacts, { at, channel, purpose })] : []),
      ]);
      return claimed ? 'claimed' : ((await earlier(entry)) ?? 'changed');
    },

    async settle(claim, end) {
      const { owner, sendId } = claim.entry;
      const set = Object.entries(end).filter(([, value]) => value !== undefined);
      await table.transact([
        {
          update: keys.send(owner, sendId),
          set: {
            expression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`,
            names: Object.fromEntries(set.map(([name]) => [`#${name}`, name])),
            values: Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
          },
          if: {
            expression: '#status IN (:claimed, :unsure)',
            names: { '#status': 'status' },
            values: { ':claimed': 'claimed', ':unsure': 'unknown' },
          },
        },
        timelinePut(claim, end),
      ]);
    },

    async skip(entry, at, reason) {
      const end: SendOutcome = { status: 'skipped', reason };
      const put = { ...keys.send(entry.owner, entry.sendId), ...ledgerRow(entry, at), ...end };
      const written = await table.transact([{ put, if: ifAbsent }, timelinePut({ entry, at }, end)]);
      return (written ? undefined : await earlier(entry)) ?? end;
    },
  };
}
