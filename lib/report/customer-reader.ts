import { type Table } from '../aws/table/dynamo-table.ts';
import { type Customer } from '../model/customer.ts';
import { dueReviews, listShards } from '../model/keys/table-keys.ts';
import { parsePartition } from '../model/keys/parse-keys.ts';
import { type MembershipIndex, type ListPlace } from '../segment/membership-index.ts';

/** Customers per read. */
const pageSize = 100;

/** Yields all customers by the list of next reviews, because every profile has one. */
async function* allCustomers(table: Table, workspace: string): AsyncGenerator<Customer[]> {
  for (let list = 0; list < listShards; list++) {
    let [limit, cursor] = [pageSize, ''];
    for (;;) {
      const rows = await table.query(dueReviews(workspace, list), { index: 'byDue', from: cursor, limit });
      yield rows.map(({ pk }) => parsePartition(pk));
      if (rows.length < limit) break;
      const last = String(rows.at(-1)?.dueAt);
      // A page of one single moment: the next page must be larger.
      limit = last === cursor ? limit * 2 : pageSize;
      cursor = last;
    }
  }
}

async function* membersOf(directory: MembershipIndex, workspace: string, segment: string): AsyncGenerator<Customer[]> {
  let place: ListPlace | undefined = { list: 0 };
  while (place) {
    const page: Awaited<ReturnType<MembershipIndex['members']>> = await directory.members(
      { workspace, segment },
      { place, limit: pageSize },
    );
    yield page.members;
    place = page.next;
  }
}

export interface ReportAudience {
  workspace: string;
  /** Members of it only. */
  segment?: string | undefined;
}

/**
 * Yields customers in pages. One may appear twice: a change moves a customer in the list, and pages
 * overlap at equal times. Costs 2 read request units for 100 customers, because the index holds
 * keys only.
 */
export function readCustomersOf(
  { table, directory }: { table: Table; directory: MembershipIndex },
  audience: ReportAudience,
) {
  const { workspace, segment } = audience;
  return segment === undefined ? allCustomers(table, workspace) : membersOf(directory, workspace, segment);
}
