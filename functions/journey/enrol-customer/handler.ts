import * as z from 'zod';
import { type Executions } from '../../../lib/aws/step-functions/executions.ts';
import { pastRefused, throwRefused } from '../../../lib/aws/table/past-refused.ts';
import { type Table } from '../../../lib/aws/table/dynamo-table.ts';
import { Unavailable } from '../../../lib/shared/errors.ts';
import { events } from '../../../lib/model/bus-events.ts';
import { type Customer } from '../../../lib/model/customer.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { type Touchpoint } from '../../../lib/model/touchpoint.ts';
import { rivals } from '../../../lib/journey/enrolment/admission-rules/competition.ts';
import { type JourneyDefinition } from '../../../lib/journey/definition/journey-definition.ts';
import { doorsFor } from '../../../lib/journey/publishing/live-versions.ts';
import { type Enrolment } from '../../../lib/journey/enrolment/enrolment-record.ts';
import { type Approach, type EnrolmentStore } from '../../../lib/journey/enrolment/enrolment-store.ts';
import { type EntryEvent, entryEvents, journeysFor, knockOf } from '../../../lib/journey/enrolment/entry-request.ts';
import { entryChange } from '../../../lib/journey/enrolment/admission-writes.ts';
import { type JourneyStore } from '../../../lib/journey/publishing/journey-store.ts';
import {
  type Counted,
  counterKeys,
  countingWrites,
  readCounters,
} from '../../../lib/journey/enrolment/admission-rules/entry-limits.ts';
import { ownersOf } from '../../../lib/profile/customer-identities.ts';
import { storedProfile, type ProfileStore, type Stored } from '../../../lib/profile/profile-store.ts';
import { type Refusal, refusalOf, type Refused } from '../../../lib/journey/enrolment/admission.ts';
import { type RefusalStore } from '../../../lib/journey/enrolment/rejection-store.ts';
import { isRuledOut } from '../../../lib/predicate/evaluate.ts';
import { type Profile } from '../../../lib/model/profile.ts';
import { type Clock, type Instant } from '../../../lib/shared/time.ts';
import { type Arrival, arriving, type Knocking } from '../../../lib/journey/enrolment/resolve-entry.ts';
import { starting } from '../../../lib/journey/enrolment/start-execution.ts';

export interface Dependencies {
  table: Table;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  journeys: Pick<JourneyStore, 'head' | 'headOf' | 'live' | 'version'>;
  profiles: ProfileStore;
  enrolments: EnrolmentStore;
  refusals: RefusalStore;
  executions: Executions;
  touchpointsSince: (profile: Profile, since: Instant) => Promise<Touchpoint[]>;
  clock: Clock;
  /** Told what became of each knock. */
  report: (outcome: EntryOutcome, knock: { journeyId: string; eventId: string }) => void;
}

/** What became of one knock at one journey: `resumed` finished what an earlier try left, `over` found it ended. */
export type EntryOutcome = 'entered' | 'resumed' | 'over' | 'unknown-customer' | Refusal;

const Envelope = z.object({ 'detail-type': z.enum(entryEvents) });

function readEvent(envelope: unknown): EntryEvent {
  const { 'detail-type': name } = Envelope.parse(envelope);
  const { detail } = z.object({ detail: events[name] }).parse(envelope);
  return { name, detail } as EntryEvent; // the schema was picked by the name
}

/** What an entry is decided on. */
interface Read extends Approach {
  since: Touchpoint[];
  counted: Counted;
}

/**
 * Before the same door with what others made of the profile meanwhile; undefined where that must be read. The door has conditions of its own in
 * the transaction, so who is let in needs it no newer, for the same identities. Who is refused does: the reason may be what another delivery
 * of the same trigger has just done.
 */
function overtaken({ stored, door }: Approach, present: Stored | undefined): Approach | undefined {
  const isSame = present?.profile.linked.join() === stored.profile.linked.join();
  return present && isSame ? { stored: present, door } : undefined;
}

/** Touchpoints of one customer folded while we enter: each makes us look again. */
const maxTries = 10;

/**
 * Lets customers into journeys. An entry is one transaction (`lib/journey/enrolment/admission-writes.ts`); then the execution is started under a name made
 * of the enrolment's id, then the enrolment is `active`. The id is made of the customer, the journey, the entry key and the event's id. So
 * however often an event is delivered, and wherever an earlier try died, the missing part is done and nothing is started twice. The
 * transaction holds only if the profile is still the one the decision was made on, with the touchpoints looked at: an exit that is folded
 * meanwhile is never missed. Exit criteria met between transaction and start end the enrolment first; the execution is then stopped as
 * soon as it is started. Whether the journey takes people in is read for each knock; a refusal is kept for whoever asks why.
 */
export function enrol(dependencies: Dependencies) {
  const { table, workspaces, journeys, profiles, enrolments, refusals, executions, touchpointsSince, clock, report } =
    dependencies;

  const arrive = arriving({ journeys, enrolments, clock });
  const { start, finish } = starting({ journeys, enrolments, executions });

  /** One try over what was read. When it changed meanwhile: the profile as it is now, as far as the refusal told it. */
  async function enter(
    { stored: { profile, rev }, door, since, counted }: Read,
    { customer: { workspace }, version: chosen, knock, enrolmentId, entryKey }: Knocking,
  ): Promise<EntryOutcome | Refused | { present: Stored | undefined }> {
    const now = clock.now();
    const { definition, version } = chosen;
    const { test } = knock;
    const settings = (await workspaces.settings(workspace)) ?? {};
    const refusal = refusalOf({ definition, workspace: settings, profile, slot: door.slot, since, counted, test, now });
    if (refusal) return refusal;
    const limits = test ? { writes: [] } : countingWrites(workspace, definition, { counted, now });
    const enrolment: Enrolment = {
      ...{ enrolmentId, entryKey, journeyId: definition.id, version, status: 'starting', trigger: knock.name },
      startedAt: now,
      ...(limits.notBefore !== undefined && { notBefore: limits.notBefore }),
      ...(test && { test }),
    };
    const owners = ownersOf(profile);
    const outranked = await Promise.all(
      rivals(definition, profile).map(async (rival) => {
        return { rival, placed: await enrolments.find(owners, rival.enrolmentId) };
      }),
    );
    const entering = { definition, knock, enrolment, door, outranked, counting: limits.writes, now };
    const saved = await profiles.tryToSave(entryChange(profile, entering), rev);
    if (!saved.done) return saved;
    return start({ enrolment, owner: owners[0] }, chosen, knock);
  }

  async function approached(
    customer: Customer,
    at: Parameters<EnrolmentStore['door']>[1],
    ahead?: Arrival['ahead'],
  ): Promise<Approach | undefined> {
    const { approach } = ahead ?? (await enrolments.approach(customer, at));
    if (approach) return approach;
    const stored = await storedProfile(profiles, customer);
    return stored && { stored, door: await enrolments.door(ownersOf(stored.profile), at) };
  }

  /** Touchpoints that may meet the exit criteria. For whoever never did what they ask for, which most did not, nothing is read. */
  async function leftSince({ exit }: JourneyDefinition, profile: Profile, since: Instant): Promise<Touchpoint[]> {
    return exit && !isRuledOut(exit, profile) ? touchpointsSince(profile, since) : [];
  }

  async function countersOf({ workspace }: Customer, definition: JourneyDefinition): Promise<Counted> {
    const wanted = counterKeys(workspace, definition, clock.now());
    return readCounters(wanted.length === 0 ? [] : await table.getMany(wanted, { consistent: true }));
  }

  async function insist({ knocking, ahead: first }: Arrival): Promise<EntryOutcome | Refused> {
    const { customer, version, knock, enrolmentId, entryKey } = knocking;
    const { definition } = version;
    let ahead = first;
    let approach: Approach | undefined;
    for (let tries = 0; tries < maxTries; tries++) {
      // Before the door: what another delivery of this trigger adds to them is told by the door.
      const counted = await countersOf(customer, definition);
      const isAnew = approach === undefined;
      approach ??= await approached(customer, { enrolmentId, journeyId: definition.id, entryKey }, ahead);
      ahead = undefined;
      if (!approach) return 'unknown-customer';
      if (approach.door.earlier) return finish(approach.door.earlier, knocking);
      // After the profile: what is not among these touchpoints yet, the write or the projector meets.
      const since = await leftSince(definition, approach.stored.profile, knock.at);
      const outcome = await enter({ ...approach, since, counted }, knocking);
      if (typeof outcome === 'string') return outcome;
      if ('present' in outcome) approach = overtaken(approach, outcome.present);
      else if (isAnew) return outcome;
      else approach = undefined;
    }
    throw new Unavailable('entry.contended', { journeyId: definition.id, customer: customer.customer });
  }

  async function knockAt(journeyId: string, event: EntryEvent): Promise<EntryOutcome | Refused> {
    const { workspace, customer: ref } = event.detail;
    const customer = { workspace, customer: ref };
    const arrival = await arrive(journeyId, customer, knockOf(event));
    if (!('knocking' in arrival)) return arrival;
    const { knocking, closed } = arrival;
    if (!closed) return insist(arrival);
    // Closed since: what an earlier try began is finished all the same.
    const earlier = await enrolments.find([customer], knocking.enrolmentId);
    return earlier ? finish(earlier, knocking) : closed;
  }

  /** The outcome at one door, told and, where it is a refusal, kept. */
  async function answerAt(journeyId: string, event: EntryEvent): Promise<EntryOutcome> {
    const outcome = await knockAt(journeyId, event);
    const name = typeof outcome === 'string' ? outcome : outcome.reason;
    if (typeof outcome !== 'string') {
      const { workspace, customer, occurredAt: at } = event.detail;
      await refusals.save({ workspace, customer }, { journeyId, trigger: knockOf(event).name, at, ...outcome });
    }
    report(name, { journeyId, eventId: event.detail.id });
    return name;
  }

  async function doorsOf(event: EntryEvent): Promise<string[]> {
    if (event.name === 'EntryTriggered') return [event.detail.journeyId];
    const { workspace, customer } = event.detail;
    const doors = doorsFor(await journeys.live(workspace), { workspace, customer });
    return journeysFor(doors, event).map(({ id }) => id);
  }

  return async (envelope: unknown): Promise<Record<string, EntryOutcome>> => {
    const event = readEvent(envelope);
    const outcomes: Record<string, EntryOutcome> = {};
    // One door after the other: past one whose write DynamoDB will never take.
    const unwritten = await pastRefused(await doorsOf(event), 1, async (journeyId) => {
      outcomes[journeyId] = await answerAt(journeyId, event);
    });
    throwRefused(unwritten);
    return outcomes;
  };
}
