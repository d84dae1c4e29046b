import * as z from 'zod';
import { executionArn, type Executions } from '../../../lib/aws/executions.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { type BusEvent, events } from '../../../lib/events.ts';
import { type Customer } from '../../../lib/identity/customer.ts';
import { type Touchpoint } from '../../../lib/ingestion/touchpoint.ts';
import { type JourneyDefinition } from '../../../lib/journey/definition.ts';
import { type Enrolment, executionName, nameOf } from '../../../lib/journey/enrolment.ts';
import { type Approach, type EnrolmentStore, entryWrites, type Placed } from '../../../lib/journey/enrolment-store.ts';
import { entryKeyOf, journeysFor, type Knock, knockOf, refusalOf, type Refusal } from '../../../lib/journey/entry.ts';
import { ownersOf, storedProfile } from '../../../lib/journey/owners.ts';
import { drawSplits } from '../../../lib/journey/split.ts';
import { type ExecutionInput, firstRun } from '../../../lib/journey/step-call.ts';
import { type Profile } from '../../../lib/profile/profile.ts';
import { type ProfileStore } from '../../../lib/profile/store.ts';
import { type Clock, type Instant } from '../../../lib/time.ts';

interface Dependencies {
  definitions: readonly JourneyDefinition[];
  /** Journey id → ARN of the alias. */
  aliases: Record<string, string>;
  profiles: ProfileStore;
  enrolments: EnrolmentStore;
  executions: Executions;
  touchpointsSince: (profile: Profile, since: Instant) => Promise<Touchpoint[]>;
  clock: Clock;
  /** Told what became of each knock. */
  report: (outcome: EntryOutcome, knock: { journeyId: string; eventId: string }) => void;
}

/** What became of one knock at one journey: `resumed` finished what an earlier try left, `over` found it ended. */
export type EntryOutcome = 'entered' | 'resumed' | 'over' | 'unknown-customer' | Refusal;

const Envelope = z.object({
  'detail-type': z.enum(['StageEntered', 'EntryTriggered', 'ChurnRiskChanged', 'CustomerSilent']),
});

function readEvent(envelope: unknown): BusEvent {
  const { 'detail-type': name } = Envelope.parse(envelope);
  const { detail } = z.object({ detail: events[name] }).parse(envelope);
  return { name, detail } as BusEvent; // the schema was picked by the name
}

/** What an entry is decided on. */
interface Read extends Approach {
  since: Touchpoint[];
}

interface Entering {
  definition: JourneyDefinition;
  knock: Knock;
  enrolmentId: string;
  entryKey: string;
}

/** Touchpoints of one customer folded while we enter: each makes us look again. */
const maxTries = 10;

/**
 * Lets customers into journeys. An entry is one transaction: the enrolment (`starting`), its slot, and the profile, which holds it from
 * then on; then the execution is started under a name made of the enrolment's id, then the enrolment is `active`. The id is made of
 * the customer, the journey, the entry key and the event's id. So however often an event is delivered, and wherever an earlier try
 * died, the missing part is done and nothing is started twice. The transaction holds only if the profile is still the one the decision
 * was made on, with the touchpoints looked at: an exit that is folded meanwhile is never missed. Exit criteria met between
 * transaction and start end the enrolment first; the execution is then stopped as soon as it is started.
 */
export function enrol({
  definitions,
  aliases,
  profiles,
  enrolments,
  executions,
  touchpointsSince,
  clock,
  report,
}: Dependencies) {
  function aliasOf(journeyId: string): string {
    const alias = aliases[journeyId];
    if (alias === undefined) throw new Unavailable('journey.not-deployed', { journeyId });
    return alias;
  }

  async function start(
    { enrolment, owner }: Placed,
    definition: JourneyDefinition,
    knock: Knock,
  ): Promise<EntryOutcome> {
    const { enrolmentId, journeyId, version, startedAt } = enrolment;
    const { id, name, properties } = knock;
    const input: ExecutionInput = {
      ...owner,
      enrolmentId,
      journeyId,
      version,
      startedAt,
      trigger: { id, name, properties },
      splits: drawSplits(definition, owner),
      vars: {},
      run: firstRun,
    };
    const arn = await executions.start(aliasOf(journeyId), executionName(enrolment), input);
    if ((await enrolments.started({ enrolment, owner }, arn)) === 'active') return 'entered';
    await executions.stop(arn, 'ended before it was started');
    return 'over';
  }

  /** What an earlier try left undone. */
  async function finish(earlier: Placed, definition: JourneyDefinition, knock: Knock): Promise<EntryOutcome> {
    const { enrolment } = earlier;
    if (enrolment.status === 'active') return 'resumed';
    if (enrolment.status === 'starting')
      return (await start(earlier, definition, knock)) === 'over' ? 'over' : 'resumed';
    // The try that started it may have died before it noted down what to stop.
    if (enrolment.executionArn === undefined)
      await executions.stop(
        executionArn(aliasOf(definition.id), executionName(enrolment)),
        'ended before it was started',
      );
    return 'over';
  }

  /** One try over what was read; undefined when it changed meanwhile. */
  async function enter(
    { stored: { profile, rev }, door, since }: Read,
    { definition, knock, ...ids }: Entering,
  ): Promise<EntryOutcome | undefined> {
    const now = clock.now();
    const refusal = refusalOf({ definition, profile, slot: door.slot, since, now });
    if (refusal) return refusal;
    const { id: journeyId, version, exit } = definition;
    const first = { status: 'starting', trigger: knock.name, startedAt: now } as const;
    const enrolment: Enrolment = { ...ids, journeyId, version, ...first };
    // From the trigger on, by its source's clock: an exit that happened after it and comes late still counts.
    const inside = { journeyId, version, since: knock.at < now ? knock.at : now, ...(exit && { exit }) };
    const journeys = { ...profile.journeys, [ids.enrolmentId]: inside };
    const [owner] = ownersOf(profile);
    const also = entryWrites(owner, enrolment, door);
    if (!(await profiles.save({ profile: { ...profile, journeys }, also }, rev))) return undefined;
    return start({ enrolment, owner }, definition, knock);
  }

  async function approached(
    customer: Customer,
    at: Parameters<EnrolmentStore['door']>[1],
  ): Promise<Approach | undefined> {
    const found = await enrolments.approach(customer, at);
    if (found) return found;
    const stored = await storedProfile(profiles, customer);
    return stored && { stored, door: await enrolments.door(ownersOf(stored.profile), at) };
  }

  async function knockAt(definition: JourneyDefinition, event: BusEvent): Promise<EntryOutcome> {
    const { workspace, customer } = event.detail;
    const knock = knockOf(event);
    const entryKey = entryKeyOf(definition, knock);
    if (entryKey === undefined) return 'no-entry-key';
    const journeyId = definition.id;
    const enrolmentId = nameOf('enrolment', workspace, customer, journeyId, entryKey, knock.id);
    for (let tries = 0; tries < maxTries; tries++) {
      const approach = await approached({ workspace, customer }, { enrolmentId, journeyId, entryKey });
      if (!approach) return 'unknown-customer';
      if (approach.door.earlier) return finish(approach.door.earlier, definition, knock);
      // After the profile: what is not among these touchpoints yet, the write or the projector meets.
      const since = definition.exit ? await touchpointsSince(approach.stored.profile, knock.at) : [];
      const outcome = await enter({ ...approach, since }, { definition, knock, enrolmentId, entryKey });
      if (outcome !== undefined) return outcome;
    }
    throw new Unavailable('entry.contended', { journeyId, customer });
  }

  return async (envelope: unknown): Promise<Record<string, EntryOutcome>> => {
    const event = readEvent(envelope);
    const outcomes: Record<string, EntryOutcome> = {};
    for (const definition of journeysFor(definitions, event)) {
      const outcome = await knockAt(definition, event);
      outcomes[definition.id] = outcome;
      report(outcome, { journeyId: definition.id, eventId: event.detail.id });
    }
    return outcomes;
  };
}
