import { type Customer } from '../../model/customer.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { type Clock } from '../../shared/time.ts';
import { type JourneyRecord } from '../publishing/journey-record.ts';
import { type JourneyStore, type JourneyVersion } from '../publishing/journey-store.ts';
import { enterableVersion, routedVersion } from '../publishing/rollout.ts';
import { type EntryRejection, reject } from './admission-rules/admission-input.ts';
import { entryCounterKeys } from './admission-rules/entry-limits.ts';
import { type EnrolmentStore } from './enrolment-store.ts';
import { enrolmentIdFor, entryKeyFor, type EntryRequest } from './entry-request.ts';
import { type EntrySnapshot } from './entry-state.ts';

/** A request of one customer to enter a journey. */
export interface JourneyEntryRequest {
  journeyId: string;
  customer: Customer;
  request: EntryRequest;
}

/** A request to enter one version of a journey. */
export interface EntryAttempt {
  customer: Customer;
  version: JourneyVersion;
  request: EntryRequest;
  enrolmentId: string;
  entryKey: string;
}

/**
 * An entry attempt on the version that the journey record routes to. `closed` is set if the journey
 * accepts no entry, or none of this kind.
 */
export interface ResolvedEntry {
  attempt: EntryAttempt;
  closed?: EntryRejection;
  /**
   * The entry snapshot, if it was read together with the journey record. Its `snapshot` is
   * undefined for a customer of several identities.
   */
  prefetched?: PrefetchedSnapshot;
}

/** An entry snapshot that was read together with the journey record. */
export interface PrefetchedSnapshot {
  snapshot: EntrySnapshot | undefined;
}

/**
 * Journey records that one Lambda environment caches. At this number the cache is emptied, and the
 * next entry of each journey costs one more read.
 */
const maxCachedRecords = 500;

interface Dependencies {
  journeys: Pick<JourneyStore, 'readRecord' | 'recordOf' | 'version'>;
  enrolments: Pick<EnrolmentStore, 'readEntrySnapshot'>;
  clock: Clock;
}

/** Finds the version, enrolment id and entry key of a request, by this state of the journey. */
async function resolveWith(
  journeys: Dependencies['journeys'],
  record: JourneyRecord,
  { customer, request }: JourneyEntryRequest,
): Promise<ResolvedEntry | EntryRejection> {
  const { journeyId, state, since } = record;
  const enterable = enterableVersion(record, customer, request);
  const version = await journeys.version(customer.workspace, journeyId, enterable ?? routedVersion(record, customer));
  if (!version) return reject('not-live', { state });
  const entryKey = entryKeyFor(version.definition, request);
  if (entryKey === undefined) return reject('no-entry-key', { key: version.definition.entry.key ?? '' });
  const enrolmentId = enrolmentIdFor(customer, { journeyId, entryKey, requestId: request.id });
  const attempt = { customer, version, request, enrolmentId, entryKey };
  return enterable === undefined ? { attempt, closed: reject('not-live', { state, since }) } : { attempt };
}

/**
 * Reads the journey record and the entry snapshot in one request. Returns undefined if the cached
 * record allows no entry, or if the version has counters.
 */
async function readRecordWithSnapshot(
  { journeys, enrolments, clock }: Dependencies,
  cached: JourneyRecord,
  entry: JourneyEntryRequest,
): Promise<{ resolved: ResolvedEntry; record: JourneyRecord | undefined } | undefined> {
  const resolved = await resolveWith(journeys, cached, entry);
  if (!('attempt' in resolved) || resolved.closed) return undefined;
  const { customer, version, enrolmentId, entryKey } = resolved.attempt;
  const { workspace } = customer;
  const { journeyId } = cached;
  if (entryCounterKeys(workspace, version.definition, clock.now()).length > 0) return undefined;
  const place = { enrolmentId, journeyId, entryKey };
  const extraKey = keys.journey(workspace, journeyId);
  const { snapshot, extraItem } = await enrolments.readEntrySnapshot(customer, { ...place, extraKey });
  return { resolved: { ...resolved, prefetched: { snapshot } }, record: journeys.recordOf(journeyId, extraItem) };
}

type RecordCache = Map<string, JourneyRecord>;

function cacheRecord(cache: RecordCache, key: string, record: JourneyRecord): void {
  if (cache.size >= maxCachedRecords) cache.clear();
  cache.set(key, record);
}

/**
 * Finds the version, enrolment id and entry key of a request. Reads the journey record for each
 * request. If its `rev` equals the cached one, a single request also returned the entry snapshot.
 * Journeys with counters get no snapshot, because counters must be read first. Read-only, so it is
 * safe to crash and to retry.
 */
async function resolveEntry(
  dependencies: Dependencies,
  cache: RecordCache,
  entry: JourneyEntryRequest,
): Promise<ResolvedEntry | EntryRejection> {
  const { journeys } = dependencies;
  const { journeyId, customer } = entry;
  const cacheKey = `${customer.workspace}#${journeyId}`;
  const cached = cache.get(cacheKey);
  const read = cached && (await readRecordWithSnapshot(dependencies, cached, entry));
  if (read && read.record?.rev === cached.rev) return read.resolved;
  const record = read ? read.record : await journeys.readRecord(customer.workspace, journeyId);
  if (!record) return reject('not-live', { state: 'unknown' });
  cacheRecord(cache, cacheKey, record);
  return resolveWith(journeys, record, entry);
}

/** Resolves an entry request, or rejects it. */
export type EntryResolver = (entry: JourneyEntryRequest) => Promise<ResolvedEntry | EntryRejection>;

/** Creates the function that resolves entry requests, with a cache of journey records. */
export function createEntryResolver(dependencies: Dependencies): EntryResolver {
  const cache: RecordCache = new Map();
  return (entry) => resolveEntry(dependencies, cache, entry);
}
