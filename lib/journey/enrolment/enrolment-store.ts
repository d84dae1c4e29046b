import { type Item, type Table, type Write } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import {
  type Key,
  keys,
  listShard,
  listShards,
  lists,
  partition,
  ranges,
  listSortKey,
} from '../../model/keys/table-keys.ts';
import { parsePartition, stripRange } from '../../model/keys/parse-keys.ts';
import { readProfileItem, type VersionedProfile } from '../../profile/profile-store.ts';
import { type Instant } from '../../shared/time.ts';
import { pageWithin } from '../../shared/trim.ts';
import { Enrolment } from './enrolment-record.ts';
import { type EntrySlot } from './entry-request.ts';
import { type CustomerIdentities } from '../../profile/customer-identities.ts';
import { ifAbsent } from '../../aws/table/conditions.ts';

/** An enrolment and the identity that entered. The row lies in the partition of that identity. */
export interface OwnedEnrolment {
  enrolment: Enrolment;
  owner: Customer;
}

/** The state of a customer's entries under one entry key of a journey, over all identities. */
export interface EntryState {
  /** The same enrolment, if an earlier delivery of the same trigger wrote it. */
  earlier?: OwnedEnrolment | undefined;
  /** The combined slot of all identities. */
  slot?: EntrySlot | undefined;
  /**
   * Entries of the first identity alone. The condition of its slot's write compares this number.
   */
  entries: number;
}

/** The profile and the entry state that an entry is decided on. */
export interface EntrySnapshot {
  stored: VersionedProfile;
  entryState: EntryState;
}

/** Parses an enrolment's row. Throws a `ZodError` for a row that is no enrolment. */
export function readEnrolment({ sk, ...row }: Item): Enrolment {
  return Enrolment.parse({ ...row, enrolmentId: stripRange(sk, ranges.enrolment) });
}

/** `listSk` starts with the time, so that the list index sorts by it. */
function enrolmentItem(owner: Customer, { enrolmentId, ...row }: Enrolment): Item {
  return {
    ...keys.enrolment(owner, enrolmentId),
    ...row,
    listPk: lists.enrolments(owner.workspace, row.journeyId, listShard(owner)),
    listSk: listSortKey(row.startedAt, enrolmentId),
  };
}

const notEnded = {
  expression: 'attribute_exists(pk) AND #status <> :ended',
  names: { '#status': 'status' },
  values: { ':ended': 'ended' },
};

/**
 * Returns the enrolment's and its slot's writes, for one transaction with the profile. The
 * transaction fails if the enrolment exists or another entry changed the slot since it was read.
 */
export function enrolmentEntryWrites(
  owner: Customer,
  enrolment: Enrolment,
  { entries }: Pick<EntryState, 'entries'>,
): Write[] {
  const { enrolmentId, journeyId, entryKey, startedAt } = enrolment;
  return [
    { put: enrolmentItem(owner, enrolment), if: ifAbsent },
    {
      put: {
        ...keys.entry(owner, journeyId, entryKey),
        active: enrolmentId,
        lastEntered: startedAt,
        entries: entries + 1,
      },
      if:
        entries === 0
          ? ifAbsent
          : { expression: 'entries = :entries AND attribute_not_exists(active)', values: { ':entries': entries } },
    },
  ];
}

/** How an enrolment ends. */
export interface EnrolmentEnding {
  outcome: string;
  at: Instant;
  /** Number of the execution whose end this is. Missing for an end from outside. */
  leg?: number | undefined;
}

/** Whether an execution started after those that the enrolment's row has recorded. */
const isUnrecorded = ({ leg = 0 }: Enrolment, ended: number | undefined): ended is number =>
  ended !== undefined && ended > leg;

/**
 * Returns the writes that end an enrolment, for one transaction. The transaction fails if the
 * enrolment has ended already, so the outcome of the first end stands. A continuation can end
 * before `markContinued`, so its end records its number.
 */
export function enrolmentEndWrites({ owner, enrolment }: OwnedEnrolment, ending: EnrolmentEnding): Write[] {
  const { enrolmentId, journeyId, entryKey } = enrolment;
  const { outcome, at, leg } = ending;
  const end = 'SET #status = :ended, outcome = :outcome, endedAt = :at';
  const values = { ':outcome': outcome, ':at': at };
  return [
    {
      update: keys.enrolment(owner, enrolmentId),
      set: isUnrecorded(enrolment, leg)
        ? { expression: `${end}, leg = :leg REMOVE parkedUntil, parkedAt`, values: { ...values, ':leg': leg } }
        : { expression: end, values },
      if: notEnded,
    },
    { update: keys.entry(owner, journeyId, entryKey), set: { expression: 'REMOVE active' } },
  ];
}

type At = Pick<Enrolment, 'enrolmentId' | 'journeyId' | 'entryKey'>;

const entryStateKeys = (owner: Customer, { enrolmentId, journeyId, entryKey }: At): Key[] => [
  keys.enrolment(owner, enrolmentId),
  keys.entry(owner, journeyId, entryKey),
];

function entryStateOf(owner: Customer, items: Item[]): EntryState {
  const row = items.find(({ sk }) => sk.startsWith(ranges.enrolment));
  const slots = items.filter((item) => item !== row);
  const first = slots.find(({ pk }) => pk === partition(owner));
  return {
    ...(row && { earlier: { enrolment: readEnrolment(row), owner: parsePartition(row.pk) } }),
    ...(slots.length > 0 && { slot: combineSlots(slots) }),
    entries: first ? Number(first.entries) : 0,
  };
}

/**
 * Reads and writes enrolments. The reads are strongly consistent, except `list`, which reads an
 * index.
 */
export interface EnrolmentStore {
  /** Reads the enrolment in the partition of `owner` only. */
  get(owner: Customer, enrolmentId: string): Promise<Enrolment | undefined>;
  /**
   * Reads the enrolment in the partition of the identity that entered. Costs one read for each
   * owner.
   */
  find(owners: CustomerIdentities, enrolmentId: string): Promise<OwnedEnrolment | undefined>;
  /**
   * Reads the enrolment and its slot for every identity, in one request. A new enrolment would be
   * written in the partition of the first.
   */
  readEntryState(owners: CustomerIdentities, at: At): Promise<EntryState>;
  /**
   * Reads the profile and its entry state in one request, for a customer of one identity, which
   * most are. `approach` is undefined for a customer without a profile or with linked identities.
   * The caller then reads the profile first. `beside` is another item for the same request.
   */
  readEntrySnapshot(
    customer: Customer,
    at: At,
    beside?: Key,
  ): Promise<{ approach: EntrySnapshot | undefined; beside: Item | undefined }>;
  /**
   * Sets the status to `active`. Returns `ended` if the enrolment has ended. The caller then stops
   * the execution. Safe to repeat.
   */
  markStarted(placed: OwnedEnrolment, executionArn: string): Promise<'active' | 'ended'>;
  /**
   * Records that execution number `leg` runs the enrolment. Returns `led` if written, and `behind`
   * if a later execution already runs it, as after a duplicate event. Returns `ended` if the
   * enrolment has ended. The caller then stops the execution. Safe to repeat.
   */
  markContinued(
    placed: OwnedEnrolment,
    leg: { leg: number; executionArn: string },
  ): Promise<'led' | 'behind' | 'ended'>;
  /**
   * Records the time and the step at which a timer continues the enrolment. Returns false if it has
   * ended. Safe to repeat.
   */
  markSuspended(owner: Customer, enrolmentId: string, parked: { until: Instant; at: string }): Promise<boolean>;
  /** Ends an enrolment and leaves the profile unchanged. Returns false if it had ended before. */
  markEnded(placed: OwnedEnrolment, ending: EnrolmentEnding): Promise<boolean>;
  /**
   * Records execution number `leg` in the row of an ended enrolment, so that its trace includes
   * it. Writes nothing if the row names that execution or a later one. Safe to repeat.
   */
  recordEndedExecution(placed: OwnedEnrolment, leg: number | undefined): Promise<void>;
  /**
   * Lists a journey's enrolments, newest first, from the cursor `before` on. `next` is missing on
   * the last page.
   */
  list(
    journey: { workspace: string; journeyId: string },
    page: { limit: number; before?: string | undefined },
  ): Promise<{ placed: OwnedEnrolment[]; next?: string }>;
}

/** Creates the store of enrolments in a table. */
export function enrolmentStore(table: Table): EnrolmentStore {
  async function find(owners: CustomerIdentities, enrolmentId: string): Promise<OwnedEnrolment | undefined> {
    const [item] = await table.getMany(
      owners.map((owner) => keys.enrolment(owner, enrolmentId)),
      { consistent: true },
    );
    return item && { enrolment: readEnrolment(item), owner: parsePartition(item.pk) };
  }

  return {
    find,
    get: async (owner, enrolmentId) => (await find([owner], enrolmentId))?.enrolment,

    async readEntryState(owners, at) {
      const wanted = owners.flatMap((owner) => entryStateKeys(owner, at));
      return entryStateOf(owners[0], await table.getMany(wanted, { consistent: true }));
    },

    async readEntrySnapshot(customer, at, beside) {
      const wanted = [keys.profile(customer), ...entryStateKeys(customer, at), ...(beside ? [beside] : [])];
      const read = await table.getMany(wanted, { consistent: true });
      const found = read.find(({ pk, sk }) => pk === beside?.pk && sk === beside.sk);
      const profile = read.find(({ pk, sk }) => pk === wanted[0]?.pk && sk === wanted[0].sk);
      const stored = profile && readProfileItem(profile);
      if (!stored || stored.profile.linked.length > 0) return { approach: undefined, beside: found };
      const door = entryStateOf(
        customer,
        read.filter((item) => item !== profile && item !== found),
      );
      return { approach: { stored, entryState: door }, beside: found };
    },

    async markStarted({ owner, enrolment }, executionArn) {
      const written = await table.update(
        keys.enrolment(owner, enrolment.enrolmentId),
        {
          expression: 'SET #status = :active, executionArn = :arn',
          values: { ':active': 'active', ':arn': executionArn },
        },
        notEnded,
      );
      return written ? 'active' : 'ended';
    },

    async markContinued({ owner, enrolment }, { leg, executionArn }) {
      const key = keys.enrolment(owner, enrolment.enrolmentId);
      const written = await table.update(
        key,
        {
          expression: 'SET #status = :active, executionArn = :arn, leg = :leg REMOVE parkedUntil, parkedAt',
          values: { ':active': 'active', ':arn': executionArn, ':leg': leg },
        },
        { ...notEnded, expression: `${notEnded.expression} AND (attribute_not_exists(leg) OR leg <= :leg)` },
      );
      if (written) return 'led';
      const now = await find([owner], enrolment.enrolmentId);
      return now && now.enrolment.status !== 'ended' ? 'behind' : 'ended';
    },

    async markSuspended(owner, enrolmentId, { until, at }) {
      const set = { expression: 'SET parkedUntil = :until, parkedAt = :at', values: { ':until': until, ':at': at } };
      return (await table.update(keys.enrolment(owner, enrolmentId), set, notEnded)) !== undefined;
    },

    markEnded: (placed, ending) => table.transact(enrolmentEndWrites(placed, ending)),

    async recordEndedExecution({ owner, enrolment }, leg) {
      if (!isUnrecorded(enrolment, leg)) return;
      const set = { expression: 'SET leg = :leg', values: { ':leg': leg } };
      const isLater = { expression: 'attribute_exists(pk) AND (attribute_not_exists(leg) OR leg < :leg)' };
      await table.update(keys.enrolment(owner, enrolment.enrolmentId), set, isLater);
    },

    async list({ workspace, journeyId }, { limit, before }) {
      const shards = Array.from({ length: listShards }, (_, shard) => lists.enrolments(workspace, journeyId, shard));
      const range = {
        index: 'byList',
        newestFirst: true,
        limit: limit + 1,
        ...(before !== undefined && { before }),
      } as const;
      const found = (await Promise.all(shards.map((pk) => table.query(pk, range)))).flat();
      found.sort((a, b) => (String(a.listSk) < String(b.listSk) ? 1 : -1));
      const shown = found.slice(0, limit);
      const rows = await table.getMany(shown.map(({ pk, sk }) => ({ pk, sk })));
      const placed = rows.map((row) => ({ enrolment: readEnrolment(row), owner: parsePartition(row.pk) }));
      placed.sort((a, b) => (position(a.enrolment) < position(b.enrolment) ? 1 : -1));
      const page = pageWithin(placed);
      const cut = page.length < placed.length ? page.at(-1) : undefined;
      const last = cut ? position(cut.enrolment) : shown.at(-1)?.listSk;
      const hasMore = cut !== undefined || found.length > limit;
      return { placed: page, ...(hasMore && typeof last === 'string' && { next: last }) };
    },
  };
}

const position = ({ startedAt, enrolmentId }: Enrolment): string => listSortKey(startedAt, enrolmentId);

/** Combines the slots of all identities into one. */
function combineSlots(slots: Item[]): EntrySlot {
  const entered = slots.map(({ lastEntered }) => String(lastEntered)).sort();
  const active = slots.map((slot) => slot.active).find((id) => typeof id === 'string');
  return {
    ...(active !== undefined && { active }),
    lastEntered: entered.at(-1) ?? '',
    entries: slots.reduce((sum, slot) => sum + Number(slot.entries), 0),
  };
}
