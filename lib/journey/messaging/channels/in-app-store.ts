import * as z from 'zod';
import { isKey } from '../../../aws/table/query.ts';
import { type Table } from '../../../aws/table/dynamo-table.ts';
import { findPermanentRefusal } from '../../../aws/table/write-refusal.ts';
import { type Customer } from '../../../model/customer.ts';
import { keys, partition, ranges } from '../../../model/keys/table-keys.ts';
import { stripRange } from '../../../model/keys/parse-keys.ts';
import { readCursor, writeCursor } from '../../../shared/http/paging.ts';
import { Instant, ttlAfter, daySeconds } from '../../../shared/time.ts';
import { pageWithin } from '../../../shared/trim.ts';
import { type DeliverMessage } from '../deliver.ts';
import { type CustomerIdentities } from '../../../profile/customer-identities.ts';
import { ifAbsent, ifPresent } from '../../../aws/table/conditions.ts';

/** Who has not opened the app for so long gets other messages. Seconds. */
const keptFor = 90 * daySeconds;

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

/** The last one of a page, as the order knows it. */
const Place = InAppMessage.pick({ messageId: true, at: true, seenAt: true });
type Place = z.infer<typeof Place>;

function byPlace(a: Place, b: Place): number {
  const unseenFirst = Number(a.seenAt !== undefined) - Number(b.seenAt !== undefined);
  const newestFirst = Number(a.at < b.at) - Number(a.at > b.at);
  return unseenFirst || newestFirst || Number(a.messageId < b.messageId) - Number(a.messageId > b.messageId);
}

export interface InAppStore {
  /** Keeps it where the app finds it. Safe to repeat: what was seen stays seen. */
  keep(owner: Customer, message: InAppMessage): Promise<void>;
  /**
   * Of all identities: unseen ones first, then the newest first. A message that is seen between two pages moves behind those unseen, and may
   * come once more; none is left out.
   */
  list(owners: CustomerIdentities, page: { limit: number; cursor?: string | undefined }): Promise<InAppPage>;
  /** When it was seen first. Undefined for none of these customers' messages. Safe to repeat. */
  seen(owners: CustomerIdentities, messageId: string, at: Instant): Promise<Instant | undefined>;
}

export function inAppStore(table: Table): InAppStore {
  return {
    async keep(owner, { messageId, ...message }) {
      const ttl = ttlAfter(message.at, keptFor);
      await table.put({ ...keys.inApp(owner, messageId), ...message, ttl }, ifAbsent);
    },

    async list(owners, { limit, cursor }) {
      const rows = await Promise.all(owners.map((owner) => table.query(partition(owner), { prefix: ranges.inApp })));
      const all = rows
        .flat()
        .map(({ sk, ...row }) => InAppMessage.parse({ ...row, messageId: stripRange(sk, ranges.inApp) }));
      const last = cursor === undefined ? undefined : readCursor(cursor, Place);
      const left = all.filter((message) => !last || byPlace(message, last) > 0).sort(byPlace);
      const items = pageWithin(left.slice(0, limit));
      const end = left.length > items.length ? items.at(-1) : undefined;
      return {
        items,
        unseen: all.filter(({ seenAt }) => seenAt === undefined).length,
        ...(end && { nextCursor: writeCursor(Place.parse(end)) }),
      };
    },

    async seen(owners, messageId, at) {
      // No message has an id that no key has room for; DynamoDB would refuse to look for it.
      for (const owner of owners.filter((one) => isKey(keys.inApp(one, messageId)))) {
        const set = { expression: 'SET seenAt = if_not_exists(seenAt, :at)', values: { ':at': at } };
        const row = await table.update(keys.inApp(owner, messageId), set, ifPresent);
        if (row) return String(row.seenAt);
      }
      return undefined;
    },
  };
}

/** The message is there when the app asks: nothing leaves the table. */
export function inAppChannel(store: Pick<InAppStore, 'keep'>): DeliverMessage {
  return async ({ owner, at, idempotencyKey, message, about: { journeyId, stepId } }) => {
    try {
      await store.keep(owner, { messageId: idempotencyKey, journeyId, stepId, at, ...message });
      return { status: 'sent', provider: 'in-app' };
    } catch (error) {
      const refusal = findPermanentRefusal(error);
      if (refusal) return { status: 'failed', provider: 'in-app', reason: refusal };
      // Should it be there all the same, it says nothing that was not meant.
      return { status: 'unknown', provider: 'in-app', reason: error instanceof Error ? error.name : 'unknown' };
    }
  };
}
