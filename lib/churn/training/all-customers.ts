import * as z from 'zod';
import { type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { dueReviews } from '../../model/keys/table-keys.ts';
import { parsePartition } from '../../model/keys/parse-keys.ts';

/** Customers asked for at once. */
const pageSize = 100;

/** Where on the way through a list a reader is. */
export const CustomerPageToken = z.object({ from: z.string(), limit: z.int() });
export type CustomerPageToken = z.infer<typeof CustomerPageToken>;

export const firstCustomerPage: CustomerPageToken = { from: '', limit: pageSize };

/**
 * Reads a page of one list of next reviews. Every profile has one, so these lists hold all
 * customers. A customer may appear twice, because pages overlap at equal times. The last page has
 * no `next`.
 */
export async function readCustomerPage(
  table: Table,
  { workspace, list }: { workspace: string; list: number },
  { from, limit }: CustomerPageToken,
): Promise<{ customers: Customer[]; next?: CustomerPageToken }> {
  const rows = await table.query(dueReviews(workspace, list), { index: 'byDue', from, limit });
  const customers = rows.map(({ pk }) => parsePartition(pk));
  if (rows.length < limit) return { customers };
  const last = String(rows.at(-1)?.dueAt);
  // Many of one moment: a page that holds nothing else must hold more.
  return { customers, next: { from: last, limit: last === from ? limit * 2 : pageSize } };
}
