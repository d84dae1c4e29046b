import { ifAbsent, ifRevision } from '../../aws/table/conditions.ts';
import { type Table, type Write } from '../../aws/table/dynamo-table.ts';
import { findPermanentRefusal } from '../../aws/table/write-refusal.ts';
import { type Customer } from '../../model/customer.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { daySeconds, type Instant, ttlAfter } from '../../shared/time.ts';
import { Contact } from './decide-send.ts';
import { truncate } from './render-template.ts';
import {
  type EarlierSend,
  type RecentContacts,
  type SendAttempt,
  type SendClaim,
  type SendEntry,
  SendOutcome,
  type SendStore,
} from './send-ledger.ts';

/**
 * Retention of a ledger row, s. Longer than an execution may live plus the time its name is
 * reserved, so no retry comes after it.
 */
const retentionSeconds = 400 * daySeconds;

/**
 * Maximum number of contacts kept for caps. A cap that allows more in its window counts too few.
 */
const maxContacts = 100;

/** Maximum number of characters of a message kept for the timeline. */
const maxTimelineChars = 2_000;

/** The put of a new ledger row. It fails if an earlier attempt wrote one. */
function ledgerPut(
  { owner, sendId, ...entry }: SendEntry,
  at: Instant,
  state: SendOutcome | { status: 'claimed' },
): Write {
  const row = { ...keys.send(owner, sendId), ...entry, at, ttl: ttlAfter(at, retentionSeconds), ...state };
  return { put: row, if: ifAbsent };
}

/** The update of a ledger row with the outcome of its claim. A settled row fails it. */
function outcomeUpdate({ owner, sendId }: SendEntry, outcome: SendOutcome): Write {
  const fields = Object.entries(outcome).filter(([, value]) => value !== undefined);
  return {
    update: keys.send(owner, sendId),
    set: {
      expression: `SET ${fields.map(([name]) => `#${name} = :${name}`).join(', ')}`,
      names: Object.fromEntries(fields.map(([name]) => [`#${name}`, name])),
      values: Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])),
    },
    if: {
      expression: '#status IN (:claimed, :unsure)',
      names: { '#status': 'status' },
      values: { ':claimed': 'claimed', ':unsure': 'unknown' },
    },
  };
}

function timelinePut(
  { entry, at, to, message }: Pick<SendAttempt, 'entry' | 'at'> & Partial<SendAttempt>,
  outcome: SendOutcome,
): Write {
  const { owner, sendId, ...fields } = entry;
  const shown = message && { ...message, body: truncate(message.body, maxTimelineChars) };
  const doc = JSON.stringify({ ...fields, ...outcome, to, ...shown });
  return { put: { ...keys.message(owner, at, sendId), doc } };
}

function contactsPut(customer: Customer, { recent, rev }: RecentContacts, contact: Contact): Write {
  return {
    put: { ...keys.contacts(customer), recent: [...recent, contact].slice(-maxContacts), rev: rev + 1 },
    if: ifRevision(rev),
  };
}

async function readContacts(table: Table, customer: Customer): Promise<RecentContacts> {
  const row = await table.get(keys.contacts(customer), { consistent: true });
  return row ? { recent: Contact.array().parse(row.recent), rev: Number(row.rev) } : { recent: [], rev: 0 };
}

async function findEarlierSend(table: Table, { owner, sendId }: SendEntry): Promise<EarlierSend | undefined> {
  const row = await table.get(keys.send(owner, sendId), { consistent: true });
  if (!row) return undefined;
  return row.status === 'claimed' ? { status: 'claimed', at: String(row.at) } : SendOutcome.parse(row);
}

async function claimSend(
  table: Table,
  { entry, at, customer, contacts }: SendClaim,
): Promise<'claimed' | 'changed' | EarlierSend> {
  const { channel, purpose, enrolmentId } = entry;
  const isEnrolled = { expression: 'contains(active, :enrolment)', values: { ':enrolment': enrolmentId } };
  const isClaimed = await table.transact([
    ledgerPut(entry, at, { status: 'claimed' }),
    { check: keys.profile(customer), if: isEnrolled },
    ...(contacts ? [contactsPut(customer, contacts, { at, channel, purpose })] : []),
  ]);
  return isClaimed ? 'claimed' : ((await findEarlierSend(table, entry)) ?? 'changed');
}

async function settleSend(table: Table, attempt: SendAttempt, outcome: SendOutcome): Promise<void> {
  const { entry } = attempt;
  try {
    await table.transact([outcomeUpdate(entry, outcome), timelinePut(attempt, outcome)]);
  } catch (error) {
    if (!findPermanentRefusal(error)) throw error;
    console.error('not settled', entry.sendId, outcome.status, error);
  }
}

async function skipSend(table: Table, entry: SendEntry, skip: { at: Instant; reason: string }): Promise<EarlierSend> {
  const { at, reason } = skip;
  const outcome: SendOutcome = { status: 'skipped', reason };
  const isWritten = await table.transact([ledgerPut(entry, at, outcome), timelinePut({ entry, at }, outcome)]);
  return (isWritten ? undefined : await findEarlierSend(table, entry)) ?? outcome;
}

/** Creates the send ledger in a table. */
export function sendStore(table: Table): SendStore {
  return {
    readContacts: (customer) => readContacts(table, customer),
    claim: (claim) => claimSend(table, claim),
    settle: (attempt, outcome) => settleSend(table, attempt, outcome),
    skip: (entry, at, reason) => skipSend(table, entry, { at, reason }),
  };
}
