import { type Table } from '../../aws/table/dynamo-table.ts';
import { type WorkspaceStore } from '../../ingestion/workspace/workspace-store.ts';
import { type Profile } from '../../model/profile.ts';
import { type Touchpoint } from '../../model/touchpoint.ts';
import { cannotMatch } from '../../predicate/evaluate.ts';
import { identitiesOf } from '../../profile/customer-identities.ts';
import { type ProfileStore, readVersionedProfile, type VersionedProfile } from '../../profile/profile-store.ts';
import { type Clock, type Instant } from '../../shared/time.ts';
import { type AdmissionInput } from './admission-rules/admission-input.ts';
import { type EntryCounters, entryCounterKeys, readEntryCounters } from './admission-rules/entry-limits.ts';
import { type EnrolmentStore } from './enrolment-store.ts';
import { type EntrySnapshot } from './entry-state.ts';
import { type EntryAttempt, type PrefetchedSnapshot } from './resolve-entry.ts';

/** What an entry is decided on is read with these. */
export interface EntryContextDependencies {
  table: Table;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  profiles: ProfileStore;
  enrolments: Pick<EnrolmentStore, 'readEntryState' | 'readEntrySnapshot'>;
  /** Reads the touchpoints of all identities from a time on, by their sources' clocks. */
  touchpointsSince: (profile: Profile, since: Instant) => Promise<Touchpoint[]>;
  clock: Clock;
}

/** Reads the counters of the journey's cap and throttle. Reads nothing for a journey without. */
export async function readCountersFor(
  { table, clock }: Pick<EntryContextDependencies, 'table' | 'clock'>,
  { customer, version }: EntryAttempt,
): Promise<EntryCounters> {
  const wanted = entryCounterKeys(customer.workspace, version.definition, clock.now());
  return readEntryCounters(wanted.length === 0 ? [] : await table.getMany(wanted, { consistent: true }));
}

/**
 * Reads the entry snapshot, unless it was prefetched. Returns undefined for an unknown customer. A
 * customer of several identities costs two requests, because the profile names the identities.
 */
export async function readSnapshotFor(
  { profiles, enrolments }: Pick<EntryContextDependencies, 'profiles' | 'enrolments'>,
  { customer, version, enrolmentId, entryKey }: EntryAttempt,
  prefetched: PrefetchedSnapshot | undefined,
): Promise<EntrySnapshot | undefined> {
  const place = { enrolmentId, journeyId: version.definition.id, entryKey };
  const { snapshot } = prefetched ?? (await enrolments.readEntrySnapshot(customer, place));
  if (snapshot) return snapshot;
  const stored = await readVersionedProfile(profiles, customer);
  return stored && { stored, entryState: await enrolments.readEntryState(identitiesOf(stored.profile), place) };
}

/**
 * Returns the entry snapshot with the profile that won the race, or undefined if its identities
 * changed. An admission may use the old entry state, because the transaction checks it again. A
 * rejection must be decided on a fresh read: a concurrent delivery of the same trigger may have
 * caused it.
 */
export function refreshSnapshot(
  { stored, entryState }: EntrySnapshot,
  present: VersionedProfile | undefined,
): EntrySnapshot | undefined {
  const isSame = present?.profile.linked.join() === stored.profile.linked.join();
  return present && isSame ? { stored: present, entryState } : undefined;
}

/**
 * Returns the touchpoints that may match the exit criteria. Reads nothing if the profile rules a
 * match out, as for most customers.
 */
async function touchpointsForExit(
  { touchpointsSince }: EntryContextDependencies,
  { version, request }: EntryAttempt,
  profile: Profile,
): Promise<Touchpoint[]> {
  const { exit } = version.definition;
  return exit && !cannotMatch(exit, profile) ? touchpointsSince(profile, request.at) : [];
}

/**
 * Reads what is missing for the decision. Touchpoints are read after the profile: one that is
 * missing here fails the write or is met by the projector.
 */
export async function readAdmissionInput(
  dependencies: EntryContextDependencies,
  attempt: EntryAttempt,
  { snapshot, counted }: { snapshot: EntrySnapshot; counted: EntryCounters },
): Promise<AdmissionInput> {
  const { customer, version, request, enrolmentId, entryKey } = attempt;
  const { profile } = snapshot.stored;
  const since = await touchpointsForExit(dependencies, attempt, profile);
  const now = dependencies.clock.now();
  const workspace = (await dependencies.workspaces.settings(customer.workspace)) ?? {};
  const { slot } = snapshot.entryState;
  const { definition } = version;
  return { definition, request, enrolmentId, entryKey, workspace, profile, slot, since, counted, now };
}
