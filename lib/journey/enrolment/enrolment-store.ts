import { type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { type Key, keys, listShards, lists, listSortKey } from '../../model/keys/table-keys.ts';
import { type CustomerIdentities } from '../../profile/customer-identities.ts';
import { type Instant } from '../../shared/time.ts';
import { pageWithin } from '../../shared/trim.ts';
import { type Enrolment, type OwnedEnrolment, readOwnedEnrolment } from './enrolment-record.ts';
import { enrolmentEndWrites, type EnrolmentEnding, isUnrecorded, notEnded } from './enrolment-writes.ts';
import {
  type EntryPlace,
  type EntrySnapshotRead,
  type EntryState,
  readEntrySnapshot,
  readEntryState,
} from './entry-state.ts';

/** A page of a journey's enrolments. */
export interface EnrolmentPage {
  placed: OwnedEnrolment[];
  next?: string;
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
  readEntryState(owners: CustomerIdentities, place: EntryPlace): Promise<EntryState>;
  /**
   * Reads the profile and its entry state in one request, for a customer of one identity, which
   * most are. `snapshot` is undefined for a customer without a profile or with linked identities.
   * The caller then reads the profile first. `extraKey` names another item for the same request.
   */
  readEntrySnapshot(customer: Customer, place: EntryPlace & { extraKey?: Key | undefined }): Promise<EntrySnapshotRead>;
  /**
   * Sets the status to `active`. Returns `ended` if the enrolment has ended. The caller then stops
   * the execution. Safe to repeat.
   */
  markStarted(owned: OwnedEnrolment, executionArn: string): Promise<'active' | 'ended'>;
  /**
   * Records that execution number `leg` runs the enrolment. Returns `led` if written, and `behind`
   * if a later execution already runs it, as after a duplicate event. Returns `ended` if the
   * enrolment has ended. The caller then stops the execution. Safe to repeat.
   */
  markContinued(
    owned: OwnedEnrolment,
    execution: { leg: number; executionArn: string },
  ): Promise<'led' | 'behind' | 'ended'>;
  /**
   * Records the time and the step at which a timer continues the enrolment. Returns false if it has
   * ended. Safe to repeat.
   */
  markSuspended(owner: Customer, enrolmentId: string, suspension: { until: Instant; at: string }): Promise<boolean>;
  /** Ends an enrolment and leaves the profile unchanged. Returns false if it had ended before. */
  markEnded(owned: OwnedEnrolment, ending: EnrolmentEnding): Promise<boolean>;
  /**
   * Records execution number `leg` in the row of an ended enrolment, so that its trace includes
   * it. Writes nothing if the row names that execution or a later one. Safe to repeat.
   */
  recordEndedExecution(owned: OwnedEnrolment, leg: number | undefined): Promise<void>;
  /**
   * Lists a journey's enrolments, newest first, from the cursor `before` on. `next` is missing on
   * the last page.
   */
  list(
    journey: { workspace: string; journeyId: string },
    page: { limit: number; before?: string | undefined },
  ): Promise<EnrolmentPage>;
}

async function findEnrolment(
  table: Table,
  owners: CustomerIdentities,
  enrolmentId: string,
): Promise<OwnedEnrolment | undefined> {
  const wanted = owners.map((owner) => keys.enrolment(owner, enrolmentId));
  const [item] = await table.getMany(wanted, { consistent: true });
  return item && readOwnedEnrolment(item);
}

const keyOf = ({ owner, enrolment }: OwnedEnrolment): Key => keys.enrolment(owner, enrolment.enrolmentId);

async function markStarted(table: Table, owned: OwnedEnrolment, executionArn: string): Promise<'active' | 'ended'> {
  const set = {
    expression: 'SET #status = :active, executionArn = :arn',
    values: { ':active': 'active', ':arn': executionArn },
  };
  return (await table.update(keyOf(owned), set, notEnded)) ? 'active' : 'ended';
}

async function markContinued(
  table: Table,
  owned: OwnedEnrolment,
  { leg, executionArn }: { leg: number; executionArn: string },
): Promise<'led' | 'behind' | 'ended'> {
  const set = {
    expression: 'SET #status = :active, executionArn = :arn, leg = :leg REMOVE parkedUntil, parkedAt',
    values: { ':active': 'active', ':arn': executionArn, ':leg': leg },
  };
  const expression = `${notEnded.expression} AND (attribute_not_exists(leg) OR leg <= :leg)`;
  if (await table.update(keyOf(owned), set, { ...notEnded, expression })) return 'led';
  const present = await findEnrolment(table, [owned.owner], owned.enrolment.enrolmentId);
  return present && present.enrolment.status !== 'ended' ? 'behind' : 'ended';
}

async function recordEndedExecution(table: Table, owned: OwnedEnrolment, leg: number | undefined): Promise<void> {
  if (!isUnrecorded(owned.enrolment, leg)) return;
  const set = { expression: 'SET leg = :leg', values: { ':leg': leg } };
  const isLater = { expression: 'attribute_exists(pk) AND (attribute_not_exists(leg) OR leg < :leg)' };
  await table.update(keyOf(owned), set, isLater);
}

/** The cursor after an enrolment, which is its sort key in the list index. */
const cursorAfter = ({ startedAt, enrolmentId }: Enrolment): string => listSortKey(startedAt, enrolmentId);

async function listEnrolments(
  table: Table,
  { workspace, journeyId }: { workspace: string; journeyId: string },
  { limit, before }: { limit: number; before?: string | undefined },
): Promise<EnrolmentPage> {
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
  const placed = rows.map((row) => readOwnedEnrolment(row));
  placed.sort((a, b) => (cursorAfter(a.enrolment) < cursorAfter(b.enrolment) ? 1 : -1));
  const page = pageWithin(placed);
  const lastFitting = page.length < placed.length ? page.at(-1) : undefined;
  const next = lastFitting ? cursorAfter(lastFitting.enrolment) : shown.at(-1)?.listSk;
  const hasMore = lastFitting !== undefined || found.length > limit;
  return { placed: page, ...(hasMore && typeof next === 'string' && { next }) };
}

/** Creates the store of enrolments in a table. */
export function enrolmentStore(table: Table): EnrolmentStore {
  return {
    get: async (owner, id) => (await findEnrolment(table, [owner], id))?.enrolment,
    find: (owners, id) => findEnrolment(table, owners, id),
    readEntryState: (owners, place) => readEntryState(table, owners, place),
    readEntrySnapshot: (customer, place) => readEntrySnapshot(table, customer, place),
    markStarted: (owned, executionArn) => markStarted(table, owned, executionArn),
    markContinued: (owned, execution) => markContinued(table, owned, execution),
    markSuspended: async (owner, id, { until, at }) => {
      const set = { expression: 'SET parkedUntil = :until, parkedAt = :at', values: { ':until': until, ':at': at } };
      return (await table.update(keys.enrolment(owner, id), set, notEnded)) !== undefined;
    },
    markEnded: (owned, ending) => table.transact(enrolmentEndWrites(owned, ending)),
    recordEndedExecution: (owned, leg) => recordEndedExecution(table, owned, leg),
    list: (journey, page) => listEnrolments(table, journey, page),
  };
}
