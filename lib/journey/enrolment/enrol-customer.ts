import { identitiesOf } from '../../profile/customer-identities.ts';
import { type VersionedProfile } from '../../profile/profile-store.ts';
import { Unavailable } from '../../shared/errors.ts';
import { conflict, retryOnConflict } from '../../shared/retry.ts';
import { type EntryAdmission, decideAdmission } from './admission.ts';
import { type EntryRejection, type EntryRejectionReason } from './admission-rules/admission-input.ts';
import { admissionWrites } from './admission-writes.ts';
import { type OwnedEnrolment } from './enrolment-record.ts';
import { type EnrolmentStore } from './enrolment-store.ts';
import {
  type EntryContextDependencies,
  readAdmissionInput,
  readCountersFor,
  readSnapshotFor,
  refreshSnapshot,
} from './entry-context.ts';
import { type EntrySnapshot } from './entry-state.ts';
import {
  type EntryAttempt,
  type EntryResolver,
  type JourneyEntryRequest,
  type PrefetchedSnapshot,
  type ResolvedEntry,
} from './resolve-entry.ts';
import { completeEarlierEntry, type StartExecutionDependencies, startExecution } from './start-execution.ts';

/** The stores and the client that an entry uses. */
export interface EnrolCustomerDependencies extends EntryContextDependencies, StartExecutionDependencies {
  enrolments: EnrolmentStore;
  resolveEntry: EntryResolver;
}

/**
 * Outcome of one entry request at one journey. `resumed` finished what an earlier attempt had
 * begun, `over` found the enrolment ended.
 */
export type EntryOutcome = 'entered' | 'resumed' | 'over' | 'unknown-customer' | EntryRejectionReason;

/** Maximum attempts at one entry. Each touchpoint folded during one costs another. */
const maxTries = 10;

/** What is known of the customer before an attempt. `refreshed` follows a lost race. */
interface Known {
  prefetched?: PrefetchedSnapshot | undefined;
  refreshed?: EntrySnapshot | undefined;
}

/** The outcome of an attempt, or what the next one starts from. */
type Tried = { outcome: EntryOutcome | EntryRejection } | { retryWith: Known };

/** Reads the rows of the enrolments that an entry ends. */
async function readOutranked(
  enrolments: EnrolmentStore,
  { outranked }: EntryAdmission,
  { profile }: VersionedProfile,
): Promise<OwnedEnrolment[]> {
  const owners = identitiesOf(profile);
  const rows = await Promise.all(outranked.map(({ enrolmentId }) => enrolments.find(owners, enrolmentId)));
  return rows.filter((row) => row !== undefined);
}

/** Writes an admission over the snapshot, then starts its execution. */
async function enter(
  dependencies: EnrolCustomerDependencies,
  attempt: EntryAttempt,
  { admission, snapshot }: { admission: EntryAdmission; snapshot: EntrySnapshot },
): Promise<Tried> {
  const { profiles, enrolments } = dependencies;
  const { stored, entryState } = snapshot;
  const outrankedRows = await readOutranked(enrolments, admission, stored);
  const change = admissionWrites({ profile: stored.profile, entryState, outrankedRows }, admission);
  const saved = await profiles.tryToSave(change, stored.rev);
  if (!saved.done) return { retryWith: { refreshed: refreshSnapshot(snapshot, saved.present) } };
  const [owner] = identitiesOf(stored.profile);
  return { outcome: await startExecution(dependencies, { enrolment: admission.enrolment, owner }, attempt) };
}

/** Attempts the entry once: read, decide, write, start. */
async function tryToEnrol(
  dependencies: EnrolCustomerDependencies,
  attempt: EntryAttempt,
  { prefetched, refreshed }: Known,
): Promise<Tried> {
  // Before the entry state: an entry counted by another delivery of this trigger then shows in it.
  const counted = await readCountersFor(dependencies, attempt);
  const snapshot = refreshed ?? (await readSnapshotFor(dependencies, attempt, prefetched));
  if (!snapshot) return { outcome: 'unknown-customer' };
  const { earlier } = snapshot.entryState;
  if (earlier) return { outcome: await completeEarlierEntry(dependencies, earlier, attempt) };
  const decision = decideAdmission(await readAdmissionInput(dependencies, attempt, { snapshot, counted }));
  if (!('reason' in decision)) return enter(dependencies, attempt, { admission: decision, snapshot });
  return refreshed ? { retryWith: {} } : { outcome: decision };
}

function enrolWithRetries(
  dependencies: EnrolCustomerDependencies,
  { attempt, prefetched }: ResolvedEntry,
): Promise<EntryOutcome | EntryRejection> {
  const { customer, version } = attempt;
  const facts = { journeyId: version.definition.id, customer: customer.customer };
  let known: Known = { prefetched };
  return retryOnConflict({ maxTries, contended: () => new Unavailable('entry.contended', facts) }, async () => {
    const tried = await tryToEnrol(dependencies, attempt, known);
    if ('outcome' in tried) return tried.outcome;
    known = tried.retryWith;
    return conflict;
  });
}

/**
 * Admits a customer to a journey, or rejects the entry. An entry is one transaction
 * (`admission-writes.ts`), conditional on the profile that it was decided on. Then the execution
 * starts under a name made of the enrolment's id, then the enrolment turns `active`. Idempotent and
 * safe to crash: the id is made of content, so a retry completes only what is missing.
 */
export async function enrolCustomer(
  dependencies: EnrolCustomerDependencies,
  entry: JourneyEntryRequest,
): Promise<EntryOutcome | EntryRejection> {
  const resolved = await dependencies.resolveEntry(entry);
  if (!('attempt' in resolved)) return resolved;
  const { attempt, closed } = resolved;
  if (!closed) return enrolWithRetries(dependencies, resolved);
  // The journey closed since. An entry that an earlier attempt began is finished anyway.
  const earlier = await dependencies.enrolments.find([entry.customer], attempt.enrolmentId);
  return earlier ? completeEarlierEntry(dependencies, earlier, attempt) : closed;
}
