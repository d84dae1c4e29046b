import { type Item, type Table } from '../aws/table/dynamo-table.ts';
import { type Customer } from '../model/customer.ts';
import { dueDates, type Key, keys, listShard, listShards, lists } from '../model/table-keys.ts';
import { type Instant } from '../shared/time.ts';

/** Where on the way through all lists of a segment a reader is. */
export interface ListPlace {
  list: number;
  after?: string | undefined;
}

/** A date of a customer's that lets it into a journey. */
export interface ScheduledDate {
  customer: Customer;
  journeyId: string;
  trigger: string;
}

/** One that has come, and when it was due. */
export interface DueEntry extends ScheduledDate {
  at: Instant;
}

/** Through when dates were worked out anew, and by which release of zone data. */
export interface DateReview {
  through: Instant;
  zones: string;
}

/**
 * Customers by segment, and by the dates that let them into journeys. It follows the profiles: `relay` writes it by what their signals
 * say, in their order, so that what is told again ends the same. A reader may find it some milliseconds behind.
 */
export interface MembershipIndex {
  add(customer: Customer, segment: string, zone: string): Promise<void>;
  remove(customer: Customer, segment: string): Promise<void>;
  /** When the date comes next; without `at` never. */
  scheduleDate(due: ScheduledDate, at: Instant | undefined): Promise<void>;
  /** Moves a date on, if it is still the one that was due. */
  rescheduleDate(due: DueEntry, to: Instant | undefined): Promise<void>;
  /** Members of a segment, of one zone where it is named, from a place on; `next` is missing behind the last. */
  members(
    who: { workspace: string; segment: string; zone?: string | undefined },
    page: { place: ListPlace; limit: number },
  ): Promise<{ members: Customer[]; next?: ListPlace }>;
  /** The zones in which members live. A query for each and list. */
  zones(who: { workspace: string; segment: string }): Promise<string[]>;
  /** Dates of one shard that are due, longest due first; all of them without a limit. */
  due(
    list: { workspace: string; shard: number },
    page: { after?: Instant; upTo: Instant; limit?: number },
  ): Promise<DueEntry[]>;
  dateReview(workspace: string): Promise<DateReview | undefined>;
  noteDateReview(workspace: string, review: DateReview): Promise<void>;
}

/** Follows every text that begins with what is before it. */
const last = '\u{10ffff}';

const customerOf = (workspace: string, { pk }: Item): Customer => ({
  workspace,
  customer: pk.slice(workspace.length + 1),
});

const dateRange = 'date#';

/** Journey ids hold no `#`. */
function readDue(workspace: string, item: Item): DueEntry {
  const [journeyId = '', trigger = ''] = item.sk.slice(dateRange.length).split('#');
  return { customer: customerOf(workspace, item), journeyId, trigger, at: String(item.dueAt) };
}

const keyOf = ({ customer, journeyId, trigger }: ScheduledDate): Key => keys.date(customer, journeyId, trigger);

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
      await table.put({ ...keys.member(customer, segment), listPk, listSk: `${zone}#${customer.customer}` });
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
      const prefix = zone === undefined ? {} : { prefix: `${zone}#` };
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
      const members = found.map((row) => customerOf(workspace, row));
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
          const listSk = String(row.listSk);
          const zone = listSk.slice(0, listSk.indexOf('#'));
          zones.add(zone);
          after = `${zone}#${last}`;
        }
      }
      return [...zones];
    },

    async due({ workspace, shard }, page) {
      const rows = await table.query(dueDates(workspace, shard), { index: 'byDue', ...page });
      return rows.map((row) => readDue(workspace, row));
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
