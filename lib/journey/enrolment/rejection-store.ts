import * as z from 'zod';
import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { JsonObject } from '../../shared/json.ts';
import { stripRange } from '../../model/keys/parse-keys.ts';
import { keys, ranges } from '../../model/keys/table-keys.ts';
import { daySeconds, Instant, ttlAfter } from '../../shared/time.ts';
import { type CustomerIdentities } from '../../profile/customer-identities.ts';
import { type EntryRejection } from './admission-rules/admission-input.ts';

/** How long a rejection is stored, in seconds: 90 days. */
const keptSeconds = 90 * daySeconds;

/** The latest rejection of a customer's entry into a journey, with the values that decided. */
export const EntryRejectionRow = z.object({
  journeyId: z.string(),
  version: z.int().optional(),
  reason: z.string(),
  /** Name of the event that requested the entry. */
  trigger: z.string(),
  at: Instant,
  because: JsonObject,
});
export type EntryRejectionRow = z.infer<typeof EntryRejectionRow>;

/** Keeps one rejection for each customer and journey. */
export interface RejectionStore {
  /** Replaces the stored rejection of the journey. Safe to repeat. */
  save(customer: Customer, rejection: EntryRejection & Omit<EntryRejectionRow, 'reason' | 'because'>): Promise<void>;
  /** Returns the latest rejection of one journey, over all identities. */
  find(owners: CustomerIdentities, journeyId: string): Promise<EntryRejectionRow | undefined>;
}

function read({ sk, doc }: Item): EntryRejectionRow {
  const journeyId = stripRange(sk, ranges.refusal);
  return EntryRejectionRow.parse({ ...(JSON.parse(String(doc)) as object), journeyId });
}

/** Creates the store of rejections in a table. */
export function rejectionStore(table: Table): RejectionStore {
  return {
    async save(customer, { journeyId, ...row }) {
      const ttl = ttlAfter(row.at, keptSeconds);
      await table.put({ ...keys.refusal(customer, journeyId), doc: JSON.stringify(row), ttl });
    },

    async find(owners, journeyId) {
      const rows = (await table.getMany(owners.map((owner) => keys.refusal(owner, journeyId)))).map(read);
      return rows.sort((a, b) => (a.at < b.at ? 1 : -1))[0];
    },
  };
}
