import * as z from 'zod';
import { type Table } from '../../aws/table/dynamo-table.ts';
import { NotFound } from '../../shared/errors.ts';
import { anonymousRef, type Customer, userRef } from '../../model/customer.ts';
import { listShards, lists, partition } from '../../model/keys/table-keys.ts';
import { parsePartition } from '../../model/keys/parse-keys.ts';
import { readCursor, writeCursor } from '../../shared/http/paging.ts';
import { type CustomerSummary, customerSummary } from './customer-view.ts';
import { type Profile } from '../../model/profile.ts';
import { type ProfileStore } from '../profile-store.ts';

const Cursor = z.object({ list: z.int().min(0), after: z.string().optional() });

/**
 * Returns the user with this id, else the anonymous visitor. Throws `NotFound('customer.unknown')`.
 */
export async function findCustomer(profiles: ProfileStore, workspace: string, id: string): Promise<Profile> {
  const found =
    (await profiles.get({ workspace, customer: userRef(id) })) ??
    (await profiles.get({ workspace, customer: anonymousRef(id) }));
  if (!found) throw new NotFound('customer.unknown', { customerId: id });
  return found;
}

/**
 * Lists the customers in `stages`, stage by stage, by shard and time of entry. A page costs one
 * query for each list it reaches and one read for each customer. A customer who changes stage
 * between two pages may appear twice or be missing.
 */
export async function listCustomers(
  { table, profiles }: { table: Table; profiles: ProfileStore },
  who: { workspace: string; stages: string[] },
  page: { limit: number; cursor?: string | undefined },
): Promise<{ items: CustomerSummary[]; nextCursor?: string }> {
  const shards = Array.from({ length: listShards }, (_, shard) => shard);
  const all = who.stages.flatMap((stage) => shards.map((shard) => lists.stage(who.workspace, stage, shard)));
  let { list, after } = page.cursor === undefined ? { list: 0, after: undefined } : readCursor(page.cursor, Cursor);
  const found: Customer[] = [];
  for (let pk = all[list]; pk !== undefined; pk = all[++list], after = undefined) {
    const limit = page.limit - found.length;
    const rows = await table.query(pk, { index: 'byList', limit, ...(after !== undefined && { after }) });
    found.push(...rows.map((row) => parsePartition(row.pk)));
    if (found.length === page.limit) {
      after = rows.at(-1)?.listSk as string | undefined; // an index key is a string
      break;
    }
  }
  const read = await profiles.getMany(found);
  const items = found.flatMap((customer) => {
    const stored = read.get(partition(customer));
    return stored ? [customerSummary(stored.profile)] : [];
  });
  return { items, ...(found.length === page.limit && { nextCursor: writeCursor({ list, after }) }) };
}
