import * as z from 'zod';
import { type Executions } from '../../../lib/aws/step-functions/executions.ts';
import { pastRefused, throwRefused } from '../../../lib/aws/table/past-refused.ts';
import { type Table } from '../../../lib/aws/table/dynamo-table.ts';
import { Unavailable } from '../../../lib/shared/errors.ts';
import { events } from '../../../lib/model/bus-events.ts';
import { type Customer } from '../../../lib/model/customer.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { type Touchpoint } from '../../../lib/model/touchpoint.ts';
import { competingEnrolments } from '../../../lib/journey/enrolment/admission-rules/competition.ts';
import { type JourneyDefinition } from '../../../lib/journey/definition/journey-definition.ts';
import { liveDefinitionsFor } from '../../../lib/journey/publishing/live-versions.ts';
import { type Enrolment } from '../../../lib/journey/enrolment/enrolment-record.ts';
import { type EntrySnapshot, type EnrolmentStore } from '../../../lib/journey/enrolment/enrolment-store.ts';
import {
  type EntryEvent,
  entryEvents,
  journeysTriggeredBy,
  toEntryRequest,
} from '../../../lib/journey/enrolment/entry-request.ts';
import { admissionChange } from '../../../lib/journey/enrolment/admission-writes.ts';
import { type JourneyStore } from '../../../lib/journey/publishing/journey-store.ts';
import {
  type EntryCounters,
  entryCounterKeys,
  entryCounterWrites,
  readEntryCounters,
} from '../../../lib/journey/enrolment/admission-rules/entry-limits.ts';
import { identitiesOf } from '../../../lib/profile/customer-identities.ts';
import { readVersionedProfile, type ProfileStore, type VersionedProfile } from '../../../lib/profile/profile-store.ts';
import {
  type EntryRejectionReason,
  checkAdmission,
  type EntryRejection,
} from '../../../lib/journey/enrolment/admission.ts';
import { type RejectionStore } from '../../../lib/journey/enrolment/rejection-store.ts';
import { cannotMatch } from '../../../lib/predicate/evaluate.ts';
import { type Profile } from '../../../lib/model/profile.ts';
import { type Clock, type Instant } from '../../../lib/shared/time.ts';
import {
  type ResolvedEntry,
  createEntryResolver,
  type EntryAttempt,
} from '../../../lib/journey/enrolment/resolve-entry.ts';
import { createExecutionStarter } from '../../../lib/journey/enrolment/start-execution.ts';

export interface EnrolDependencies {
  table: Table;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  journeys: Pick<JourneyStore, 'readRecord' | 'recordOf' | 'live' | 'version'>;
  profiles: ProfileStore;
  enrolments: EnrolmentStore;
  refusals: RejectionStore;
  executions: Executions;
  touchpointsSince: (profile: Profile, since: Instant) => Promise<Touchpoint[]>;
  clock: Clock;
  /** Reports the outcome of each entry request. */
  report: (outcome: EntryOutcome, knock: { journeyId: string; eventId: string }) => void;
}

/**
 * Outcome of one entry request at one journey. `resumed` finished what an earlier attempt had
 * begun, `over` found the enrolment ended.
 */
export type EntryOutcome = 'entered' | 'resumed' | 'over' | 'unknown-customer' | EntryRejectionReason;

const Envelope = z.object({ 'detail-type': z.enum(entryEvents) });

function readEvent(envelope: unknown): EntryEvent {
  const { 'detail-type': name } = Envelope.parse(envelope);
  const { detail } = z.object({ detail: events[name] }).parse(envelope);
  return { name, detail } as EntryEvent; // the schema was chosen by the name
}

/** Everything one admission is decided on. */
interface EntryContext extends EntrySnapshot {
  since: Touchpoint[];
  counted: EntryCounters;
}

/**
 * Returns the entry snapshot with the profile that won the race, or undefined if its identities
 * changed. An admission may use the old entry state, because the transaction checks it again. A
 * rejection must be decided on a fresh read: a concurrent delivery of the same trigger may have
 * caused it.
 */
function refreshSnapshot(
  { stored, entryState: door }: EntrySnapshot,
  present: VersionedProfile | undefined,
): EntrySnapshot | undefined {
  const isSame = present?.profile.linked.join() === stored.profile.linked.join();
  return present && isSame ? { stored: present, entryState: door } : undefined;
}

/** Maximum attempts at one entry. Each touchpoint folded during one costs another. */
const maxTries = 10;

/**
 * Admits customers to journeys. An entry is one transaction (`admission-writes.ts`), conditional on
 * the profile and the touchpoints read. Then the execution starts under a name made of the
 * enrolment's id, then the enrolment turns `active`. Idempotent and safe to crash: the id is made
 * of content, so a retry completes only what is missing.
 */
export function enrolCustomers(dependencies: EnrolDependencies) {
  const { table, workspaces, journeys, profiles, enrolments, refusals, executions, touchpointsSince, clock, report } =
    dependencies;

  const resolveEntry = createEntryResolver({ journeys, enrolments, clock });
  const { start, finish } = createExecutionStarter({ journeys, enrolments, executions });

  /**
   * Attempts the entry once. Returns `present`, the profile of the failed condition, after a lost
   * race.
   */
  async function tryToEnter(
    { stored: { profile, rev }, entryState: door, since, counted }: EntryContext,
    { customer: { workspace }, version: chosen, request: knock, enrolmentId, entryKey }: EntryAttempt,
  ): Promise<EntryOutcome | EntryRejection | { present: VersionedProfile | undefined }> {
    const now = clock.now();
    const { definition, version } = chosen;
    const { test } = knock;
    const settings = (await workspaces.settings(workspace)) ?? {};
    const refusal = checkAdmission({
      definition,
      workspace: settings,
      profile,
      slot: door.slot,
      since,
      counted,
      test,
      now,
    });
    if (refusal) return refusal;
    const limits = test ? { writes: [] } : entryCounterWrites(workspace, definition, { counted, now });
    const enrolment: Enrolment = {
      ...{ enrolmentId, entryKey, journeyId: definition.id, version, status: 'starting', trigger: knock.name },
      startedAt: now,
      ...(limits.notBefore !== undefined && { notBefore: limits.notBefore }),
      ...(test && { test }),
    };
    const owners = identitiesOf(profile);
    const outranked = await Promise.all(
      competingEnrolments(definition, profile).map(async (rival) => {
        return { rival, placed: await enrolments.find(owners, rival.enrolmentId) };
      }),
    );
    const entering = { definition, knock, enrolment, door, outranked, counting: limits.writes, now };
    const saved = await profiles.tryToSave(admissionChange(profile, entering), rev);
    if (!saved.done) return saved;
    return start({ enrolment, owner: owners[0] }, chosen, knock);
  }

  async function readSnapshot(
    customer: Customer,
    at: Parameters<EnrolmentStore['readEntryState']>[1],
    ahead?: ResolvedEntry['prefetched'],
  ): Promise<EntrySnapshot | undefined> {
    const { approach } = ahead ?? (await enrolments.readEntrySnapshot(customer, at));
    if (approach) return approach;
    const stored = await readVersionedProfile(profiles, customer);
    return stored && { stored, entryState: await enrolments.readEntryState(identitiesOf(stored.profile), at) };
  }

  /**
   * Returns the touchpoints that may match the exit criteria. Reads nothing if the profile rules a
   * match out, as for most customers.
   */
  async function touchpointsForExit(
    { exit }: JourneyDefinition,
    profile: Profile,
    since: Instant,
  ): Promise<Touchpoint[]> {
    return exit && !cannotMatch(exit, profile) ? touchpointsSince(profile, since) : [];
  }

  async function readCountersFor({ workspace }: Customer, definition: JourneyDefinition): Promise<EntryCounters> {
    const wanted = entryCounterKeys(workspace, definition, clock.now());
    return readEntryCounters(wanted.length === 0 ? [] : await table.getMany(wanted, { consistent: true }));
  }

  async function enrolWithRetries({
    attempt: knocking,
    prefetched: first,
  }: ResolvedEntry): Promise<EntryOutcome | EntryRejection> {
    const { customer, version, request: knock, enrolmentId, entryKey } = knocking;
    const { definition } = version;
    let ahead = first;
    let approach: EntrySnapshot | undefined;
    for (let tries = 0; tries < maxTries; tries++) {
      // Before the entry state: an entry counted by another delivery of this trigger then shows in
      // it.
      const counted = await readCountersFor(customer, definition);
      const isAnew = approach === undefined;
      approach ??= await readSnapshot(customer, { enrolmentId, journeyId: definition.id, entryKey }, ahead);
      ahead = undefined;
      if (!approach) return 'unknown-customer';
      if (approach.entryState.earlier) return finish(approach.entryState.earlier, knocking);
      // After the profile: a touchpoint missing here fails the write or is met by the projector.
      const since = await touchpointsForExit(definition, approach.stored.profile, knock.at);
      const outcome = await tryToEnter({ ...approach, since, counted }, knocking);
      if (typeof outcome === 'string') return outcome;
      if ('present' in outcome) approach = refreshSnapshot(approach, outcome.present);
      else if (isAnew) return outcome;
      else approach = undefined;
    }
    throw new Unavailable('entry.contended', { journeyId: definition.id, customer: customer.customer });
  }

  async function handleEntry(journeyId: string, event: EntryEvent): Promise<EntryOutcome | EntryRejection> {
    const { workspace, customer: ref } = event.detail;
    const customer = { workspace, customer: ref };
    const arrival = await resolveEntry(journeyId, customer, toEntryRequest(event));
    if (!('attempt' in arrival)) return arrival;
    const { attempt: knocking, closed } = arrival;
    if (!closed) return enrolWithRetries(arrival);
    // The journey closed since. An entry that an earlier attempt began is finished anyway.
    const earlier = await enrolments.find([customer], knocking.enrolmentId);
    return earlier ? finish(earlier, knocking) : closed;
  }

  /**
   * Returns the outcome at one journey after reporting it. Stores a rejection for the trace API.
   */
  async function answerAt(journeyId: string, event: EntryEvent): Promise<EntryOutcome> {
    const outcome = await handleEntry(journeyId, event);
    const name = typeof outcome === 'string' ? outcome : outcome.reason;
    if (typeof outcome !== 'string') {
      const { workspace, customer, occurredAt: at } = event.detail;
      await refusals.save({ workspace, customer }, { journeyId, trigger: toEntryRequest(event).name, at, ...outcome });
    }
    report(name, { journeyId, eventId: event.detail.id });
    return name;
  }

  async function candidateJourneys(event: EntryEvent): Promise<string[]> {
    if (event.name === 'EntryTriggered') return [event.detail.journeyId];
    const { workspace, customer } = event.detail;
    const doors = liveDefinitionsFor(await journeys.live(workspace), { workspace, customer });
    return journeysTriggeredBy(doors, event).map(({ id }) => id);
  }

  return async (envelope: unknown): Promise<Record<string, EntryOutcome>> => {
    const event = readEvent(envelope);
    const outcomes: Record<string, EntryOutcome> = {};
    // One journey after the other. A write that DynamoDB can never take does not stop the rest.
    const unwritten = await pastRefused(await candidateJourneys(event), 1, async (journeyId) => {
      outcomes[journeyId] = await answerAt(journeyId, event);
    });
    throwRefused(unwritten);
    return outcomes;
  };
}
