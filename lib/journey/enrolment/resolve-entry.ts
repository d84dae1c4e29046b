import { type Customer } from '../../model/customer.ts';
import { type EntrySnapshot, type EnrolmentStore } from './enrolment-store.ts';
import { enrolmentIdFor, entryKeyFor, type EntryRequest } from './entry-request.ts';
import { type JourneyRecord } from '../publishing/journey-record.ts';
import { enterableVersion, routedVersion } from '../publishing/rollout.ts';
import { type JourneyStore, type JourneyVersion } from '../publishing/journey-store.ts';
import { entryCounterKeys } from './admission-rules/entry-limits.ts';
import { type EntryRejection } from './admission.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { type Clock } from '../../shared/time.ts';

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
   * The entry snapshot, if it was read together with the journey record. Its `approach` is
   * undefined for a customer of several identities.
   */
  prefetched?: { approach: EntrySnapshot | undefined };
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

/**
 * Finds the version, enrolment id and entry key of a request. Reads the journey record for each
 * request. If its `rev` equals the cached one, a single request also returned the entry snapshot.
 * Journeys with counters get no snapshot, because counters must be read first. Read-only, so it is
 * safe to crash and to retry.
 */
export function createEntryResolver({ journeys, enrolments, clock }: Dependencies) {
  const seen = new Map<string, JourneyRecord>();

  async function resolveWith(
    head: JourneyRecord,
    customer: Customer,
    request: EntryRequest,
  ): Promise<ResolvedEntry | EntryRejection> {
    const { journeyId, state, since } = head;
    const entrance = enterableVersion(head, customer, request);
    const version = await journeys.version(customer.workspace, journeyId, entrance ?? routedVersion(head, customer));
    if (!version) return { reason: 'not-live', because: { state } };
    const entryKey = entryKeyFor(version.definition, request);
    if (entryKey === undefined) return { reason: 'no-entry-key', because: { key: version.definition.entry.key ?? '' } };
    const enrolmentId = enrolmentIdFor(customer, { journeyId, entryKey, knockId: request.id });
    const attempt = { customer, version, request, enrolmentId, entryKey };
    return { attempt, ...(entrance === undefined && { closed: { reason: 'not-live', because: { state, since } } }) };
  }

  /**
   * Reads the journey record and the entry snapshot in one request. Returns undefined if the cached
   * record allows no entry, or if the version has counters.
   */
  async function readStatusWithEntryState(last: JourneyRecord, customer: Customer, request: EntryRequest) {
    const guess = await resolveWith(last, customer, request);
    if (!('attempt' in guess) || guess.closed) return undefined;
    const { version, enrolmentId, entryKey } = guess.attempt;
    const { workspace } = customer;
    const { journeyId } = last;
    if (entryCounterKeys(workspace, version.definition, clock.now()).length > 0) return undefined;
    const at = { enrolmentId, journeyId, entryKey };
    const { approach, beside } = await enrolments.readEntrySnapshot(customer, at, keys.journey(workspace, journeyId));
    return { guess: { ...guess, prefetched: { approach } }, head: journeys.recordOf(journeyId, beside) };
  }

  return async (
    journeyId: string,
    customer: Customer,
    request: EntryRequest,
  ): Promise<ResolvedEntry | EntryRejection> => {
    const name = `${customer.workspace}#${journeyId}`;
    const last = seen.get(name);
    const read = last && (await readStatusWithEntryState(last, customer, request));
    if (read && read.head?.rev === last.rev) return read.guess;
    const head = read ? read.head : await journeys.readRecord(customer.workspace, journeyId);
    if (!head) return { reason: 'not-live', because: { state: 'unknown' } };
    if (seen.size >= maxCachedRecords) seen.clear();
    seen.set(name, head);
    return resolveWith(head, customer, request);
  };
}
