import * as z from 'zod';
import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { corrected } from '../../ingestion/message/source-clock.ts';
import { isJsonObject } from '../../shared/json.ts';
import { partition, skewRange, timelineRanges } from '../../model/keys/table-keys.ts';
import { parsePosition, stripRange } from '../../model/keys/parse-keys.ts';
import { readCursor, writeCursor } from '../../shared/http/paging.ts';
import { pageWithin } from '../../shared/trim.ts';
import { type Profile } from '../../model/profile.ts';

export const TimelineKind = z.enum(['touchpoint', 'stage', 'decision', 'message']);
export type TimelineKind = z.infer<typeof TimelineKind>;

/**
 * One entry of a timeline. `at` is corrected for the source's clock; a touchpoint has its
 * `messageId`. Other fields depend on the kind.
 */
export const TimelineEntry = z.looseObject({
  kind: TimelineKind,
  at: z.iso.datetime(),
  messageId: z.string().optional(),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/** Newest first. The last page has no `nextCursor`. */
export const Timeline = z.object({ items: z.array(TimelineEntry), nextCursor: z.string().optional() });
export type Timeline = z.infer<typeof Timeline>;

/** One sorted range of one partition, and the sort key down to which it was read. */
interface Source {
  id: string;
  owner: Customer;
  kind: TimelineKind;
  before?: string | undefined;
}

interface Row {
  source: Source;
  item: Item;
  /** The sort key after the range's prefix: time and id. Rows of all ranges sort by it. */
  position: string;
}

const Cursor = z.record(z.string(), z.string());

const kinds = TimelineKind.options;

function sourcesOf(profile: Profile, cursor: z.infer<typeof Cursor>): Source[] {
  const owners = [profile.customer, ...profile.linked].map((customer) => ({ workspace: profile.workspace, customer }));
  return owners.flatMap((owner, i) =>
    kinds.map((kind) => {
      const id = `${i}${kind.charAt(0)}`;
      return { id, owner, kind, before: cursor[id] };
    }),
  );
}

async function rowsOf(table: Table, source: Source, limit: number): Promise<Row[]> {
  const prefix = timelineRanges[source.kind];
  const pk = partition(source.owner);
  const range = { prefix, limit, newestFirst: true, ...(source.before !== undefined && { before: source.before }) };
  const items = await table.query(pk, range);
  return items.map((item) => ({ source, item, position: stripRange(item.sk, prefix) }));
}

/**
 * Reads seconds to add for sources with a wrong clock, by partition and position. One query for
 * each identity on the page.
 */
async function skewsOf(table: Table, rows: Row[]): Promise<Map<string, number>> {
  const spans = new Map<string, { from: string; to: string }>();
  for (const { item, source, position } of rows) {
    if (source.kind !== 'touchpoint') continue;
    const { at } = parsePosition(position); // newest first: the first row of a partition ends its span
    spans.set(item.pk, { from: at, to: spans.get(item.pk)?.to ?? at });
  }
  const found = await Promise.all(
    [...spans].map(([pk, { from, to }]) =>
      table.query(pk, { from: `${skewRange}${from}`, before: `${skewRange}${to}$` }),
    ),
  );
  return new Map(found.flat().map((row) => [`${row.pk} ${stripRange(row.sk, skewRange)}`, Number(row.skew)]));
}

function bodyOf({
  pk: _pk,
  sk: _sk,
  ttl: _ttl,
  listPk: _listPk,
  listSk: _listSk,
  doc,
  ...rest
}: Item): Record<string, unknown> {
  const parsed: unknown = typeof doc === 'string' ? JSON.parse(doc) : {};
  return { ...rest, ...(isJsonObject(parsed) && parsed) };
}

function entryOf({ source, item, position }: Row, skewSeconds: number): TimelineEntry {
  const { at, id } = parsePosition(position);
  const named = source.kind === 'touchpoint' ? { messageId: id } : {};
  return { ...bodyOf(item), ...named, kind: source.kind, at: corrected(at, skewSeconds) };
}

/**
 * Reads the history of a customer, newest first: touchpoints, stage transitions, decisions and
 * messages of every linked identity. Costs one page of each range whatever its length: four queries
 * for each identity.
 */
export async function readTimeline(
  table: Table,
  profile: Profile,
  page: { limit: number; cursor?: string | undefined },
): Promise<Timeline> {
  const cursor = page.cursor === undefined ? {} : readCursor(page.cursor, Cursor);
  const sources = sourcesOf(profile, cursor);
  // One more row than the limit shows whether a next page exists. Another one, because the row at
  // the cursor may be read again.
  const rows = (await Promise.all(sources.map((source) => rowsOf(table, source, page.limit + 2)))).flat();
  rows.sort((a, b) => (a.position < b.position ? 1 : -1));
  // A hundred touchpoints of 32 KB would exceed an answer.
  const shown = rows.slice(0, pageWithin(rows.slice(0, page.limit).map(({ item }) => bodyOf(item))).length);
  const skews = await skewsOf(table, shown);
  const items = shown.map((row) => entryOf(row, skews.get(`${row.item.pk} ${row.position}`) ?? 0));
  items.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const reached = Object.fromEntries(shown.map(({ source, item }) => [source.id, item.sk]));
  return { items, ...(rows.length > shown.length && { nextCursor: writeCursor({ ...cursor, ...reached }) }) };
}
