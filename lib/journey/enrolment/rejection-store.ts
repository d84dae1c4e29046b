import * as z from 'zod';
import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { JsonObject } from '../../shared/json.ts';
import { keys } from '../../model/table-keys.ts';
import { Instant } from '../../shared/time.ts';
import { type Owners } from '../../profile/customer-identities.ts';
import { type Refused } from './admission.ts';

/** How long we can say why. Seconds. */
const keptFor = 90 * 86_400;

/** Why a customer was last not let into a journey, and the values that decided. */
export const RefusalRow = z.object({
  journeyId: z.string(),
  version: z.int().optional(),
  reason: z.string(),
  /** Name of what knocked. */
  trigger: z.string(),
  at: Instant,
  because: JsonObject,
});
export type RefusalRow = z.infer<typeof RefusalRow>;

export interface RefusalStore {
  /** Keeps the latest only. Writing it again writes the same. */
  save(customer: Customer, refused: Refused & Omit<RefusalRow, 'reason' | 'because'>): Promise<void>;
  /** The latest refusal of one journey, over all identities. */
  find(owners: Owners, journeyId: string): Promise<RefusalRow | undefined>;
}

function read({ sk, doc }: Item): RefusalRow {
  const journeyId = sk.slice('refusal#'.length);
  return RefusalRow.parse({ ...(JSON.parse(String(doc)) as object), journeyId });
}

export function refusalStore(table: Table): RefusalStore {
  return {
    async save(customer, { journeyId, ...row }) {
      const ttl = Math.floor(Date.parse(row.at) / 1_000) + keptFor;
      await table.put({ ...keys.refusal(customer, journeyId), doc: JSON.stringify(row), ttl });
    },

    async find(owners, journeyId) {
      const rows = (await table.getMany(owners.map((owner) => keys.refusal(owner, journeyId)))).map(read);
      return rows.sort((a, b) => (a.at < b.at ? 1 : -1))[0];
    },
  };
}
