import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { type Touchpoint } from '../../model/touchpoint.ts';
import { type Key, partition, skewRange, timelineRanges } from '../../model/keys/table-keys.ts';
import { stripRange } from '../../model/keys/parse-keys.ts';
import { type Instant, addMs } from '../../shared/time.ts';
import { readTouchpoint } from '../touchpoint-record.ts';

/**
 * A touchpoint read from the table, or why it cannot be read. `at` is corrected for the source's
 * clock.
 */
export type StoredTouchpoint = { key: Key } & ({ touchpoint: Touchpoint; at: Instant } | { reason: string });

/** Rows of one partition per read. 51 partitions with rows of 32 KB make at most 40 MB. */
const pageSize = 25;

/** The sort key after the range's prefix: time and message id. */
const placeOf = ({ sk }: Pick<Key, 'sk'>): string => stripRange(sk, timelineRanges.touchpoint);

async function readPage(table: Table, pk: string, after: string | undefined): Promise<Item[]> {
  const range = { prefix: timelineRanges.touchpoint, limit: pageSize, consistent: true };
  return table.query(pk, { ...range, ...(after !== undefined && { after }) });
}

/**
 * Reads the skews of a page's touchpoints, in seconds, by sort key without prefix. Few rows have
 * one.
 */
async function readPageSkews(table: Table, page: Item[]): Promise<Map<string, number>> {
  const [first, last] = [page[0], page.at(-1)];
  if (!first || !last) return new Map();
  const ends = { from: `${skewRange}${placeOf(first)}`, upTo: `${skewRange}${placeOf(last)}` };
  const rows = await table.query(first.pk, { ...ends, consistent: true });
  return new Map(rows.map(({ sk, skew }) => [stripRange(sk, skewRange), Number(skew)]));
}

function read(item: Item, skews: Map<string, number>, now: Instant): StoredTouchpoint {
  const key = { pk: item.pk, sk: item.sk };
  const found = readTouchpoint(item.sk, typeof item.doc === 'string' ? item.doc : undefined);
  if ('reason' in found) return { key, reason: found.reason };
  const moved = addMs(found.touchpoint.at, (skews.get(placeOf(item)) ?? 0) * 1_000);
  return { key, touchpoint: found.touchpoint, at: moved < now ? moved : now };
}

async function* readPartition(table: Table, owner: Customer, now: Instant): AsyncGenerator<StoredTouchpoint, void> {
  for (let after: string | undefined; ;) {
    const page = await readPage(table, partition(owner), after);
    const skews = await readPageSkews(table, page);
    for (const item of page) yield read(item, skews, now);
    after = page.at(-1)?.sk;
    if (page.length < pageSize) return;
  }
}

/**
 * Yields the touchpoints of all of a customer's partitions, merged by their sources' times. `at` is
 * capped at `now`, because the time of storage is not kept.
 */
export async function* readTouchpoints(
  table: Table,
  owners: Customer[],
  now: Instant,
): AsyncGenerator<StoredTouchpoint, void> {
  const readers = owners.map((owner) => readPartition(table, owner, now));
  const heads = await Promise.all(readers.map((reader) => reader.next()));
  for (;;) {
    let least = -1;
    for (const [i, head] of heads.entries()) {
      const other = heads[least];
      if (head.done) continue;
      if (!other || other.done || placeOf(head.value.key) < placeOf(other.value.key)) least = i;
    }
    const head = heads[least];
    const reader = readers[least];
    if (!head || head.done || !reader) return;
    yield head.value;
    heads[least] = await reader.next();
  }
}
