import { type Item, type Table } from '../aws/table/dynamo-table.ts';
import { type Customer } from '../model/customer.ts';
import { dueDates, type Key, keys, listShard, listShards, lists, listSortKey } from '../model/keys/table-keys.ts';
import { parseDateKey, parseListStart, parsePartition } from '../model/keys/parse-keys.ts';
import { type Instant } from '../shared/time.ts';

/** A reader's position in the lists of a segment. */
export interface ListPlace {
  list: number;
  after?: string | undefined;
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
  add(customer: Customer, segment: string, zone: string): Promise<void>;
  remove(customer: Customer, segment: string): Promise<void>;
  /** Sets the next time of the date. Without `at` it is removed. */
  scheduleDate(due: ScheduledDate, at: Instant | undefined): Promise<void>;
  /** Reschedules a date, if the one that was due is still stored. */
  rescheduleDate(due: DueEntry, to: Instant | undefined): Promise<void>;
  /** Reads members of a segment, or of one zone, from a place on. The last page has no `next`. */
  members(
    who: { workspace: string; segment: string; zone?: string | undefined },
    page: { place: ListPlace; limit: number },
  ): Promise<{ members: Customer[]; next?: ListPlace }>;
  /** Reads the zones of the members. One query for each zone and list. */
  zones(who: { workspace: string; segment: string }): Promise<string[]>;
  /** Reads due dates of one shard, oldest first. Without a limit, all. */
  due(
    list: { workspace: string; shard: number },
    page: { after?: Instant; upTo: Instant; limit?: number },
  ): Promise<DueEntry[]>;
  dateReview(workspace: string): Promise<DateReview | undefined>;
  noteDateReview(workspace: string, review: DateReview): Promise<void>;
}

/** Sorts after every text with this prefix. */
const last = '\u{10ffff}';

function readDue(item: Item): DueEntry {
  return { customer: parsePartition(item.pk), ...parseDateKey(item.sk), at: String(item.dueAt) };
}

const keyOf = ({ customer, journeyId, trigger }: ScheduledDate): Key => keys.date(customer, journeyId, trigger);

/** The index over the table. */
export function createMembershipIndex(table: Table): MembershipIndex {
  const remove = async (key: Key): Promise<void> => {
    await table.transact([{ delete: key }]);
  };

  const dateItem = (due: ScheduledDate, at: Instant): Item => ({
    ...keyOf(due),
    duePk: dueDates(due.customer.workspace, listShard(due.customer)),
    dueAt: at,
  });

  return {
    async add(customer, segment, zone) {
      const listPk = lists.segment(customer.workspace, segment, listShard(customer));
      await table.put({ ...keys.member(customer, segment), listPk, listSk: listSortKey(zone, customer.customer) });
    },

    remove: (customer, segment) => remove(keys.member(customer, segment)),

    async scheduleDate(due, at) {
      await (at === undefined ? remove(keyOf(due)) : table.put(dateItem(due, at)));
    },

    async rescheduleDate(due, to) {
      const unmoved = { expression: 'dueAt = :from', values: { ':from': due.at } };
      if (to === undefined) await table.transact([{ delete: keyOf(due), if: unmoved }]);
      else await table.put(dateItem(due, to), unmoved);
    },

    async members({ workspace, segment, zone }, { place, limit }) {
      const prefix = zone === undefined ? {} : { prefix: listSortKey(zone, '') };
      let { list, after } = place;
      const found: Item[] = [];
      for (; list < listShards && found.length < limit; list++, after = undefined) {
        const range = {
          index: 'byList' as const,
          ...prefix,
          limit: limit - found.length,
          ...(after !== undefined && { after }),
        };
        const rows = await table.query(lists.segment(workspace, segment, list), range);
        found.push(...rows);
        if (found.length === limit) break;
      }
      const members = found.map((row) => parsePartition(row.pk));
      if (list === listShards) return { members };
      return { members, next: { list, after: String(found.at(-1)?.listSk) } };
    },

    async zones({ workspace, segment }) {
      const zones = new Set<string>();
      for (let list = 0; list < listShards; list++) {
        const pk = lists.segment(workspace, segment, list);
        for (let after: string | undefined; ;) {
          const [row] = await table.query(pk, { index: 'byList', limit: 1, ...(after !== undefined && { after }) });
          if (!row) break;
          const zone = parseListStart(String(row.listSk));
          zones.add(zone);
          after = listSortKey(zone, last);
        }
      }
      return [...zones];
    },

    async due({ workspace, shard }, page) {
      const rows = await table.query(dueDates(workspace, shard), { index: 'byDue', ...page });
      return rows.map(readDue);
    },

    async dateReview(workspace) {
      const row = await table.get(keys.dateReview(workspace));
      return row && { through: String(row.through), zones: String(row.zones) };
    },

    async noteDateReview(workspace, review) {
      await table.put({ ...keys.dateReview(workspace), ...review });
    },
  };
}
