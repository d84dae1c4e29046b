import { type Customer } from '../../model/customer.ts';
import { type EntrySnapshot, type EnrolmentStore } from './enrolment-store.ts';
import { enrolmentIdFor, entryKeyFor, type EntryRequest } from './entry-request.ts';
import { type JourneyRecord } from '../publishing/journey-record.ts';
import { enterableVersion, routedVersion } from '../publishing/rollout.ts';
import { type JourneyStore, type JourneyVersion } from '../publishing/journey-store.ts';
import { entryCounterKeys } from './admission-rules/entry-limits.ts';
import { type EntryRejection } from './admission.ts';
import { keys } from '../../model/table-keys.ts';
import { type Clock } from '../../shared/time.ts';

/** One knock at the door of one version. */
export interface EntryAttempt {
  customer: Customer;
  version: JourneyVersion;
  request: EntryRequest;
  enrolmentId: string;
  entryKey: string;
}

/** A knock at the version that the journey's head leads to. `closed`: the journey takes nobody in, or not this way. */
export interface ResolvedEntry {
  attempt: EntryAttempt;
  closed?: EntryRejection;
  /** The door, where it was read together with the head; its approach is missing for a customer of several identities. */
  prefetched?: { approach: EntrySnapshot | undefined };
}

/** Heads that one environment remembers; past that all are forgotten, and each costs a read of its own once more. */
const maxCachedRecords = 500;

interface Dependencies {
  journeys: Pick<JourneyStore, 'readRecord' | 'recordOf' | 'version'>;
  enrolments: Pick<EnrolmentStore, 'readEntrySnapshot'>;
  clock: Clock;
}

/**
 * Finds the door of a journey for a knock. The head is read for each knock; where it is still the one this environment saw last, which it
 * nearly always is, it comes in one read with the door it leads to. Of a journey with counters no door is read so early: they come first.
 * It only reads: whoever dies here, or comes twice, has changed nothing, and what is remembered is proven by the read it serves.
 */
export function createEntryResolver({ journeys, enrolments, clock }: Dependencies) {
  const seen = new Map<string, JourneyRecord>();

  async function resolveWith(
    head: JourneyRecord,
    customer: Customer,
    knock: EntryRequest,
  ): Promise<ResolvedEntry | EntryRejection> {
    const { journeyId, state, since } = head;
    const entrance = enterableVersion(head, customer, knock);
    const version = await journeys.version(customer.workspace, journeyId, entrance ?? routedVersion(head, customer));
    if (!version) return { reason: 'not-live', because: { state } };
    const entryKey = entryKeyFor(version.definition, knock);
    if (entryKey === undefined) return { reason: 'no-entry-key', because: { key: version.definition.entry.key ?? '' } };
    const enrolmentId = enrolmentIdFor(customer, { journeyId, entryKey, knockId: knock.id });
    const attempt = { customer, version, request: knock, enrolmentId, entryKey };
    return { attempt, ...(entrance === undefined && { closed: { reason: 'not-live', because: { state, since } } }) };
  }

  /** Head and door in one read; undefined where the head seen last leads to no door that may be read now. */
  async function readStatusWithEntryState(last: JourneyRecord, customer: Customer, knock: EntryRequest) {
    const guess = await resolveWith(last, customer, knock);
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
    knock: EntryRequest,
  ): Promise<ResolvedEntry | EntryRejection> => {
    const name = `${customer.workspace}#${journeyId}`;
    const last = seen.get(name);
    const read = last && (await readStatusWithEntryState(last, customer, knock));
    if (read && read.head?.rev === last.rev) return read.guess;
    const head = read ? read.head : await journeys.readRecord(customer.workspace, journeyId);
    if (!head) return { reason: 'not-live', because: { state: 'unknown' } };
    if (seen.size >= maxCachedRecords) seen.clear();
    seen.set(name, head);
    return resolveWith(head, customer, knock);
  };
}
