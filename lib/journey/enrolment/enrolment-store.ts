import { type Item, type Table, type Write } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { type Key, keys, listShard, listShards, lists, partition } from '../../model/table-keys.ts';
import { readProfileItem, type VersionedProfile } from '../../profile/profile-store.ts';
import { type Instant } from '../../shared/time.ts';
import { pageWithin } from '../../shared/trim.ts';
import { Enrolment } from './enrolment-record.ts';
import { type EntrySlot } from './entry-request.ts';
import { type CustomerIdentities } from '../../profile/customer-identities.ts';

/** An enrolment and the identity whose partition it lies in: the one that entered. */
export interface OwnedEnrolment {
  enrolment: Enrolment;
  owner: Customer;
}

/** What is known of a customer at one door of a journey, over all identities. */
export interface EntryState {
  /** This very enrolment, when the same trigger came before. */
  earlier?: OwnedEnrolment | undefined;
  /** All identities together. */
  slot?: EntrySlot | undefined;
  /** Entries of the first identity alone: what its slot's write builds on. */
  entries: number;
}

/** What an entry is decided on. */
export interface EntrySnapshot {
  stored: VersionedProfile;
  entryState: EntryState;
}

const enrolmentRange = 'enrolment#';

export function readEnrolment({ sk, ...row }: Item): Enrolment {
  return Enrolment.parse({ ...row, enrolmentId: sk.slice(enrolmentRange.length) });
}

/** The customer whose partition a row lies in. */
function ownerOf(workspace: string, { pk }: Item): Customer {
  return { workspace, customer: pk.slice(workspace.length + 1) };
}

/** Newest first: `listSk` starts with the time. */
function enrolmentItem(owner: Customer, { enrolmentId, ...row }: Enrolment): Item {
  return {
    ...keys.enrolment(owner, enrolmentId),
    ...row,
    listPk: lists.enrolments(owner.workspace, row.journeyId, listShard(owner)),
    listSk: `${row.startedAt}#${enrolmentId}`,
  };
}

const notEnded = {
  expression: 'attribute_exists(pk) AND #status <> :ended',
  names: { '#status': 'status' },
  values: { ':ended': 'ended' },
};

/** The writes of an entry, one transaction with the profile that the enrolment becomes part of. All fail when any was written before. */
export function enrolmentEntryWrites(
  owner: Customer,
  enrolment: Enrolment,
  { entries }: Pick<EntryState, 'entries'>,
): Write[] {
  const { enrolmentId, journeyId, entryKey, startedAt } = enrolment;
  return [
    { put: enrolmentItem(owner, enrolment), if: { expression: 'attribute_not_exists(pk)' } },
    {
      put: {
        ...keys.entry(owner, journeyId, entryKey),
        active: enrolmentId,
        lastEntered: startedAt,
        entries: entries + 1,
      },
      if:
        entries === 0
          ? { expression: 'attribute_not_exists(pk)' }
          : { expression: 'entries = :entries AND attribute_not_exists(active)', values: { ':entries': entries } },
    },
  ];
}

/** The writes of an end. All fail when it has ended before: whoever ends an enrolment first says how. */
export function enrolmentEndWrites({ owner, enrolment }: OwnedEnrolment, outcome: string, at: Instant): Write[] {
  const { enrolmentId, journeyId, entryKey } = enrolment;
  return [
    {
      update: keys.enrolment(owner, enrolmentId),
      set: {
        expression: 'SET #status = :ended, outcome = :outcome, endedAt = :at',
        values: { ':outcome': outcome, ':at': at },
      },
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
  const row = items.find(({ sk }) => sk.startsWith(enrolmentRange));
  const slots = items.filter((item) => item !== row);
  const first = slots.find(({ pk }) => pk === partition(owner));
  return {
    ...(row && { earlier: { enrolment: readEnrolment(row), owner: ownerOf(owner.workspace, row) } }),
    ...(slots.length > 0 && { slot: combineSlots(slots) }),
    entries: first ? Number(first.entries) : 0,
  };
}

export interface EnrolmentStore {
  get(owner: Customer, enrolmentId: string): Promise<Enrolment | undefined>;
  /** The enrolment in the partition of whichever identity entered. */
  find(owners: CustomerIdentities, enrolmentId: string): Promise<OwnedEnrolment | undefined>;
  /** One read of the enrolment and its slot, for every identity: the first is where a new enrolment would lie. */
  readEntryState(owners: CustomerIdentities, at: At): Promise<EntryState>;
  /**
   * The door with the profile behind it, in one read: for a customer of one identity, which most are. No approach for anybody else, who
   * is found by the profile store first. `beside` is another item, in the same read.
   */
  readEntrySnapshot(
    customer: Customer,
    at: At,
    beside?: Key,
  ): Promise<{ approach: EntrySnapshot | undefined; beside: Item | undefined }>;
  /** `starting` becomes `active`. `ended` when it has ended meanwhile: then the execution is to be stopped. Safe to repeat. */
  markStarted(placed: OwnedEnrolment, executionArn: string): Promise<'active' | 'ended'>;
  /**
   * A later leg leads it now. `behind`: a still later one does, so this one was told of twice; `ended`: then the execution is to be stopped.
   * Safe to repeat.
   */
  markContinued(
    placed: OwnedEnrolment,
    leg: { leg: number; executionArn: string },
  ): Promise<'led' | 'behind' | 'ended'>;
  /** Takes down that a timer leads it on, from which step. False when it has ended. Safe to repeat. */
  markSuspended(owner: Customer, enrolmentId: string, parked: { until: Instant; at: string }): Promise<boolean>;
  /** Ends it without the profile, which no longer holds it. False when it had ended before. */
  markEnded(placed: OwnedEnrolment, outcome: string, at: Instant): Promise<boolean>;
  /** A journey's enrolments, newest first, from `before` (a position of an earlier page) on. */
  list(
    journey: { workspace: string; journeyId: string },
    page: { limit: number; before?: string | undefined },
  ): Promise<{ placed: OwnedEnrolment[]; next?: string }>;
}

export function enrolmentStore(table: Table): EnrolmentStore {
  async function find(owners: CustomerIdentities, enrolmentId: string): Promise<OwnedEnrolment | undefined> {
    const [item] = await table.getMany(
      owners.map((owner) => keys.enrolment(owner, enrolmentId)),
      { consistent: true },
    );
    return item && { enrolment: readEnrolment(item), owner: ownerOf(owners[0].workspace, item) };
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

    markEnded: (placed, outcome, at) => table.transact(enrolmentEndWrites(placed, outcome, at)),

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
      const placed = rows.map((row) => ({ enrolment: readEnrolment(row), owner: ownerOf(workspace, row) }));
      placed.sort((a, b) => (position(a.enrolment) < position(b.enrolment) ? 1 : -1));
      const page = pageWithin(placed);
      const cut = page.length < placed.length ? page.at(-1) : undefined;
      const last = cut ? position(cut.enrolment) : shown.at(-1)?.listSk;
      const hasMore = cut !== undefined || found.length > limit;
      return { placed: page, ...(hasMore && typeof last === 'string' && { next: last }) };
    },
  };
}

const position = ({ startedAt, enrolmentId }: Enrolment): string => `${startedAt}#${enrolmentId}`;

/** The slots of all identities as one. */
function combineSlots(slots: Item[]): EntrySlot {
  const entered = slots.map(({ lastEntered }) => String(lastEntered)).sort();
  const active = slots.map((slot) => slot.active).find((id) => typeof id === 'string');
  return {
    ...(active !== undefined && { active }),
    lastEntered: entered.at(-1) ?? '',
    entries: slots.reduce((sum, slot) => sum + Number(slot.entries), 0),
  };
}
