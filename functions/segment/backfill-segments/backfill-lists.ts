import { pastRefused } from '#lib/aws/table/past-refused.ts';
import { type Item, type Table } from '#lib/aws/table/dynamo-table.ts';
import { parsePartition } from '#lib/model/keys/parse-keys.ts';
import { dueReviews, listShards } from '#lib/model/keys/table-keys.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { type BackfillChange, type BackfillSubject } from '#lib/projection/review/backfill-change.ts';

/** A backfill, and the position that it has reached in the lists of due reviews. */
export interface BackfillWork extends BackfillSubject {
  list: number;
  cursor?: string | undefined;
}

/** What a backfill reads, writes and reports to. */
export interface BackfillLists {
  table: Table;
  profiles: ProfileStore;
  report: (counts: { looked: number; changed: number }) => void;
}

/**
 * The position to continue at if time ran out, and the errors of writes that DynamoDB can never
 * take.
 */
interface BackfillResult {
  rest?: BackfillWork;
  refused: unknown[];
}

const pageSize = 100;
const concurrency = 16;

/** Time that must be left before a page is read, ms: five times a page on a throttled table. */
const spareMs = 20_000;

/** Changes the customers of a page. Returns the errors of refused writes. */
async function changePage(
  { profiles, report }: BackfillLists,
  rows: Item[],
  change: BackfillChange,
): Promise<unknown[]> {
  let changed = 0;
  const customers = rows.map(({ pk }) => parsePartition(pk));
  const refused = await pastRefused(customers, concurrency, async (customer) => {
    if (await profiles.update(customer, change)) changed++;
  });
  report({ looked: rows.length, changed });
  return refused;
}

/** A page of one list: from which instant on, and how many rows. */
interface Page {
  list: number;
  cursor?: string | undefined;
  limit: number;
}

/** A page of one single instant makes no progress, so the next one is larger. */
function nextPage({ list, cursor, limit }: Page, rows: Item[]): Page {
  if (rows.length < limit) return { list: list + 1, limit: pageSize };
  const last = String(rows.at(-1)?.dueAt);
  return { list, cursor: last, limit: last === cursor ? limit * 2 : pageSize };
}

/** Changes the customers of all lists from a position on, as long as there is time. */
export async function backfillLists(
  lists: BackfillLists,
  { work, timeLeft }: { work: BackfillWork; timeLeft: () => number },
  change: BackfillChange,
): Promise<BackfillResult> {
  const refused: unknown[] = [];
  let page: Page = { list: work.list, cursor: work.cursor, limit: pageSize };
  while (page.list < listShards) {
    const { list, cursor, limit } = page;
    if (timeLeft() < spareMs) return { rest: { ...work, list, cursor }, refused };
    const from = cursor === undefined ? {} : { from: cursor };
    const rows = await lists.table.query(dueReviews(work.workspace, list), { index: 'byDue', ...from, limit });
    refused.push(...(await changePage(lists, rows, change)));
    page = nextPage(page, rows);
  }
  return { refused };
}
