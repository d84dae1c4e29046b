import { type Item, type Table } from '../aws/table/dynamo-table.ts';
import { type Customer } from '../model/customer.ts';
import { parseDateKey, parseListStart, parsePartition } from '../model/keys/parse-keys.ts';
import { dueDates, type Key, keys, listShard, listShards, listSortKey, lists } from '../model/keys/table-keys.ts';
import { compact } from '../shared/records.ts';
import { type Instant } from '../shared/time.ts';

/** A reader's position in the lists of a segment. */
export interface ListPlace {
  list: number;
  after?: string | undefined;
}

/** Members of a segment, or of one of its time zones. */
interface MemberList {
  workspace: string;
  segment: string;
  zone?: string | undefined;
}

interface MemberPage {
  members: Customer[];
  next?: ListPlace;
}

/** A customer's date that triggers a journey. */
export interface ScheduledDate {
  customer: Customer;
  journeyId: string;
  trigger: string;
}

/** A due date, with the time it was due. */
export interface DueEntry extends ScheduledDate {
  at: Instant;
}

/** Until when dates were computed, and with which release of zone data. */
export interface DateReview {
  through: Instant;
  zones: string;
}

/**
 * Index of customers by segment and by date. Eventually consistent with the profiles: `relay`
 * writes it from their signals in order, so a redelivery ends in the same state. It may lag by
 * milliseconds.
 */
export interface MembershipIndex {
  /** Adds a member, or moves it to another zone. */
  add(customer: Customer, segment: string, zone: string): Promise<void>;
  /** Does nothing if the customer is no member. */
  remove(customer: Customer, segment: string): Promise<void>;
  /** Sets the next time of the date. Without `at` it is removed. */
  scheduleDate(due: ScheduledDate, at: Instant | undefined): Promise<void>;
  /** Reschedules a date, if the one that was due is still stored. */
  rescheduleDate(due: DueEntry, to: Instant | undefined): Promise<void>;
  /** Reads members of a segment, or of one zone, from a place on. The last page has no `next`. */
  members(list: MemberList, page: { place: ListPlace; limit: number }): Promise<MemberPage>;
  /** Reads the zones of the members. One query for each zone and list. */
  zones(list: Pick<MemberList, 'workspace' | 'segment'>): Promise<string[]>;
  /** Reads due dates of one shard, oldest first. Without a limit, all. */
  due(
    list: { workspace: string; shard: number },
    page: { after?: Instant; upTo: Instant; limit?: number },
  ): Promise<DueEntry[]>;
  /** Returns how far dates were computed. */
  dateReview(workspace: string): Promise<DateReview | undefined>;
  noteDateReview(workspace: string, review: DateReview): Promise<void>;
}

/** Sorts after every text with this prefix. */
const last = '\u{10ffff}';

function readDue(item: Item): DueEntry {
  return { customer: parsePartition(item.pk), ...parseDateKey(item.sk), at: String(item.dueAt) };
}

const keyOf = ({ customer, journeyId, trigger }: ScheduledDate): Key => keys.date(customer, journeyId, trigger);

async function removeRow(table: Table, key: Key): Promise<void> {
  await table.transact([{ delete: key }]);
}

function dateItem(due: ScheduledDate, at: Instant): Item {
  const { customer } = due;
  return { ...keyOf(due), duePk: dueDates(customer.workspace, listShard(customer)), dueAt: at };
}

async function rescheduleDate(table: Table, due: DueEntry, to: Instant | undefined): Promise<void> {
  const unmoved = { expression: 'dueAt = :from', values: { ':from': due.at } };
  if (to === undefined) await table.transact([{ delete: keyOf(due), if: unmoved }]);
  else await table.put(dateItem(due, to), unmoved);
}

async function addMember(table: Table, customer: Customer, place: { segment: string; zone: string }): Promise<void> {
  const { segment, zone } = place;
  const listPk = lists.segment(customer.workspace, segment, listShard(customer));
  await table.put({ ...keys.member(customer, segment), listPk, listSk: listSortKey(zone, customer.customer) });
}

/** Reads list after list, until the page is full. */
async function readMembers(
  table: Table,
  { workspace, segment, zone }: MemberList,
  { place, limit }: { place: ListPlace; limit: number },
): Promise<MemberPage> {
  const prefix = zone === undefined ? undefined : listSortKey(zone, '');
  let { list, after } = place;
  const found: Item[] = [];
  for (; list < listShards; list++, after = undefined) {
    const range = { index: 'byList' as const, limit: limit - found.length, ...compact({ prefix, after }) };
    found.push(...(await table.query(lists.segment(workspace, segment, list), range)));
    if (found.length === limit) break;
  }
  const members = found.map(({ pk }) => parsePartition(pk));
  if (list === listShards) return { members };
  return { members, next: { list, after: String(found.at(-1)?.listSk) } };
}

/** Reads one row of each zone, and skips the rest of the zone. */
async function readZonesOfList(table: Table, pk: string): Promise<string[]> {
  const zones: string[] = [];
  for (let after: string | undefined; ;) {
    const [row] = await table.query(pk, { index: 'byList', limit: 1, ...compact({ after }) });
    if (!row) return zones;
    const zone = parseListStart(String(row.listSk));
    zones.push(zone);
    after = listSortKey(zone, last);
  }
}

async function readZones(table: Table, { workspace, segment }: MemberList): Promise<string[]> {
  const zones = new Set<string>();
  for (let list = 0; list < listShards; list++)
    for (const zone of await readZonesOfList(table, lists.segment(workspace, segment, list))) zones.add(zone);
  return [...zones];
}

async function readDueDates(
  table: Table,
  { workspace, shard }: { workspace: string; shard: number },
  page: { after?: Instant; upTo: Instant; limit?: number },
): Promise<DueEntry[]> {
  const rows = await table.query(dueDates(workspace, shard), { index: 'byDue', ...page });
  return rows.map(readDue);
}

async function readDateReview(table: Table, workspace: string): Promise<DateReview | undefined> {
  const row = await table.get(keys.dateReview(workspace));
  return row && { through: String(row.through), zones: String(row.zones) };
}

/** The index over the table. */
export function createMembershipIndex(table: Table): MembershipIndex {
  return {
    add: (customer, segment, zone) => addMember(table, customer, { segment, zone }),
    remove: (customer, segment) => removeRow(table, keys.member(customer, segment)),
    scheduleDate: async (due, at) => {
      await (at === undefined ? removeRow(table, keyOf(due)) : table.put(dateItem(due, at)));
    },
    rescheduleDate: (due, to) => rescheduleDate(table, due, to),
    members: (list, page) => readMembers(table, list, page),
    zones: (list) => readZones(table, list),
    due: (list, page) => readDueDates(table, list, page),
    dateReview: (workspace) => readDateReview(table, workspace),
    noteDateReview: async (workspace, review) => {
      await table.put({ ...keys.dateReview(workspace), ...review });
    },
  };
}
