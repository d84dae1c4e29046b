import * as z from 'zod';
import { type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { dueReviews } from '../../model/keys/table-keys.ts';
import { parsePartition } from '../../model/keys/parse-keys.ts';

/** Customers per page. */
const pageSize = 100;

/** Position of a reader in a list of customers. */
export const CustomerPageToken = z.object({ from: z.string(), limit: z.int() });
export type CustomerPageToken = z.infer<typeof CustomerPageToken>;

/** Customers of one page, and the position of the next one if there is one. */
export interface CustomerPage {
  customers: Customer[];
  next?: CustomerPageToken;
}

/** The position at the start of a list. */
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
): Promise<CustomerPage> {
  const rows = await table.query(dueReviews(workspace, list), { index: 'byDue', from, limit });
  const customers = rows.map(({ pk }) => parsePartition(pk));
  if (rows.length < limit) return { customers };
  const last = String(rows.at(-1)?.dueAt);
  // A page of customers that are all due at one time is read again with a larger limit.
  return { customers, next: { from: last, limit: last === from ? limit * 2 : pageSize } };
}
