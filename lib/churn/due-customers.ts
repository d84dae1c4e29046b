import { type Table } from '../aws/table/dynamo-table.ts';
import { type Customer } from '../model/customer.ts';
import { dueReviews, listShards } from '../model/keys/table-keys.ts';
import { parsePartition } from '../model/keys/parse-keys.ts';
import { type Instant } from '../shared/time.ts';

/** One partition of the index of due reviews. */
export interface DueList {
  workspace: string;
  shard: number;
}

/** Returns every list of due reviews of the workspaces. */
export const dueLists = (workspaces: string[]): DueList[] =>
  workspaces.flatMap((workspace) => Array.from({ length: listShards }, (_, shard) => ({ workspace, shard })));

/**
 * Returns the first customers of a list whose review is due, oldest first. One query that reads
 * keys only. The index is eventually consistent, so a customer just reviewed may be included.
 */
export async function dueCustomers(
  table: Table,
  { workspace, shard }: DueList,
  page: { upTo: Instant; limit: number },
): Promise<Customer[]> {
  const rows = await table.query(dueReviews(workspace, shard), { index: 'byDue', ...page });
  return rows.map(({ pk }) => parsePartition(pk));
}
