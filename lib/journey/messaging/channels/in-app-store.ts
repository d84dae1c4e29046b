import * as z from 'zod';
import { isKey } from '#lib/aws/table/query.ts';
import { type Table } from '#lib/aws/table/dynamo-table.ts';
import { type Customer } from '#lib/model/customer.ts';
import { keys, partition, ranges } from '#lib/model/keys/table-keys.ts';
import { stripRange } from '#lib/model/keys/parse-keys.ts';
import { readCursor, writeCursor } from '#lib/shared/http/paging.ts';
import { daySeconds, Instant, ttlAfter } from '#lib/shared/time.ts';
import { pageWithin } from '#lib/shared/trim.ts';
import { type CustomerIdentities } from '#lib/profile/customer-identities.ts';
import { ifAbsent, ifPresent } from '#lib/aws/table/conditions.ts';

/** Retention of a message, s: 90 days. A customer who opens the app later gets other messages. */
const retentionSeconds = 90 * daySeconds;

/** A message that an app or a site shows. */
export const InAppMessage = z.object({
  messageId: z.string(),
  journeyId: z.string(),
  stepId: z.string(),
  at: Instant,
  subject: z.string().optional(),
  body: z.string(),
  seenAt: Instant.optional(),
});
export type InAppMessage = z.infer<typeof InAppMessage>;

/** Some of a customer's messages. `unseen` counts all that are kept. */
export const InAppPage = z.object({
  items: z.array(InAppMessage),
  unseen: z.int(),
  nextCursor: z.string().optional(),
});
export type InAppPage = z.infer<typeof InAppPage>;

/** The part of a message that its position in the list depends on. */
const Position = InAppMessage.pick({ messageId: true, at: true, seenAt: true });
type Position = z.infer<typeof Position>;

/** Orders unseen messages first, then the newest first. */
function comparePositions(a: Position, b: Position): number {
  const unseenFirst = Number(a.seenAt !== undefined) - Number(b.seenAt !== undefined);
  const newestFirst = Number(a.at < b.at) - Number(a.at > b.at);
  return unseenFirst || newestFirst || Number(a.messageId < b.messageId) - Number(a.messageId > b.messageId);
}

/** Reads and writes the in-app messages of a customer. */
export interface InAppStore {
  /** Stores a message where the app finds it. Safe to repeat: a seen message stays seen. */
  keep(owner: Customer, message: InAppMessage): Promise<void>;
  /**
   * Lists the messages of all identities: unseen ones first, then the newest first. A message that
   * is seen between two pages moves behind the unseen ones, and may be listed twice. None is left
   * out.
   */
  list(owners: CustomerIdentities, page: PageRequest): Promise<InAppPage>;
  /**
   * Marks a message as seen and returns when it was seen first. Returns undefined if none of the
   * identities has it. Safe to repeat.
   */
  seen(owners: CustomerIdentities, messageId: string, at: Instant): Promise<Instant | undefined>;
}

interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}

async function keepMessage(table: Table, owner: Customer, { messageId, ...message }: InAppMessage): Promise<void> {
  const ttl = ttlAfter(message.at, retentionSeconds);
  await table.put({ ...keys.inApp(owner, messageId), ...message, ttl }, ifAbsent);
}

async function readMessages(table: Table, owners: CustomerIdentities): Promise<InAppMessage[]> {
  const rows = await Promise.all(owners.map((owner) => table.query(partition(owner), { prefix: ranges.inApp })));
  return rows.flat().map(({ sk, ...row }) => InAppMessage.parse({ ...row, messageId: stripRange(sk, ranges.inApp) }));
}

/** Returns the messages behind the cursor that fit a page. */
function pageOf(all: InAppMessage[], { limit, cursor }: PageRequest): InAppPage {
  const last = cursor === undefined ? undefined : readCursor(cursor, Position);
  const left = all.filter((message) => !last || comparePositions(message, last) > 0).sort(comparePositions);
  const items = pageWithin(left.slice(0, limit));
  const end = left.length > items.length ? items.at(-1) : undefined;
  const unseen = all.filter(({ seenAt }) => seenAt === undefined).length;
  return { items, unseen, ...(end && { nextCursor: writeCursor(Position.parse(end)) }) };
}

async function markSeen(
  table: Table,
  owners: CustomerIdentities,
  { messageId, at }: { messageId: string; at: Instant },
): Promise<Instant | undefined> {
  const set = { expression: 'SET seenAt = if_not_exists(seenAt, :at)', values: { ':at': at } };
  // DynamoDB refuses a key that is too long. No message has such an id.
  for (const owner of owners.filter((one) => isKey(keys.inApp(one, messageId)))) {
    const row = await table.update(keys.inApp(owner, messageId), set, ifPresent);
    if (row) return String(row.seenAt);
  }
  return undefined;
}

/** Creates the store of in-app messages in a table. */
export function inAppStore(table: Table): InAppStore {
  return {
    keep: (owner, message) => keepMessage(table, owner, message),
    list: async (owners, page) => pageOf(await readMessages(table, owners), page),
    seen: (owners, messageId, at) => markSeen(table, owners, { messageId, at }),
  };
}
