import { withRiskText } from '../churn/risk-text.ts';
import { createHash } from 'node:crypto';
import { type StreamRecord } from '../aws/table/stream-record.ts';
import { type Item } from '../aws/table/dynamo-table.ts';
import { type BusEvent, type EventName, type EventOf, events } from '../model/bus-events.ts';
import { Customer, customerId } from '../model/customer.ts';
import { readEnrolment } from '../journey/enrolment/enrolment-record.ts';
import { readJourneyRecord } from '../journey/publishing/journey-record.ts';
import { journeyRecordEvents } from './journey-record-events.ts';
import { taskView } from '../journey/execution/human-task-store.ts';
import { keys, ranges, timelineRanges } from '../model/keys/table-keys.ts';
import { parsePartition, parseTimedKey, parseWorkspace } from '../model/keys/parse-keys.ts';
import { addDuration, Instant } from '../shared/time.ts';
import { type ProfileChange } from '../model/profile-change.ts';
import { readSignals } from '../profile/profile-store.ts';

type SignalOf<Type extends ProfileChange['type']> = Extract<ProfileChange, { type: Type }>;

/** A change that a waiting journey or the membership index must follow. */
export type JourneyCommand = SignalOf<(typeof commands)[number]>;

const commands = [
  'seen',
  'woken',
  'exited',
  'joined',
  'left',
  'moved',
  'dated',
  'identified',
] as const satisfies ProfileChange['type'][];

/** The events to publish and commands to execute for one change of the table. */
export interface ChangeEffects {
  customer: Customer;
  events: BusEvent[];
  commands: JourneyCommand[];
}

/** An event without the envelope that all events share. */
type EventDraft = {
  [Name in EventName]: { name: Name; at: Instant; facts: Omit<EventOf<Name>, keyof EventEnvelope> };
}[EventName];

interface EventEnvelope {
  id: string;
  workspace: string;
  customer: string;
  customerId: string;
  occurredAt: Instant;
}

function ownerOf({ pk }: Item): Customer {
  return Customer.parse(parsePartition(pk));
}

/** Returns an id of 128 bits, made of content: equal for every delivery of one change. */
const eventId = (...parts: (string | number)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

function toEvent(owner: Customer, { name, at, facts }: EventDraft, id: string): BusEvent {
  const envelope: EventEnvelope = { id, ...owner, customerId: customerId(owner.customer), occurredAt: at };
  return { name, detail: events[name].parse({ ...envelope, ...facts }) } as BusEvent; // the schema was picked by the name
}

function stageEvents({ transition }: SignalOf<'stage'>): EventDraft[] {
  const { from, to, at, rule, touchpoint } = transition;
  const entered: EventDraft = {
    name: 'StageEntered',
    at,
    facts: { stage: to, rule, ...(from !== undefined && { from }), ...(touchpoint && { touchpoint }) },
  };
  return from === undefined ? [entered] : [{ name: 'StageExited', at, facts: { stage: from, to } }, entered];
}

/** The events to publish for each type of change. */
const eventsBySignal: { [Type in ProfileChange['type']]: (signal: SignalOf<Type>) => EventDraft[] } = {
  woken: () => [],
  seen: () => [],
  exited: () => [],
  stage: stageEvents,
  identified: ({ linked, at }) => [{ name: 'CustomerIdentified', at, facts: { linked } }],
  triggered: ({ journeyId, cause }) => [{ name: 'EntryTriggered', at: cause.at, facts: { journeyId, cause } }],
  churn: ({ from, risk }) => [
    {
      name: 'ChurnRiskChanged',
      at: risk.assessedAt,
      facts: { risk: withRiskText(risk), ...(from !== undefined && { from }) },
    },
  ],
  silent: ({ for: length, since }) => [
    { name: 'CustomerSilent', at: addDuration(since, length), facts: { for: length, since } },
  ],
  exposed: ({ decisionId, at }) => [{ name: 'DecisionExposed', at, facts: { decisionId } }],
  joined: ({ segment, at, touchpoint, filled }) => [
    { name: 'SegmentJoined', at, facts: { segment, ...(touchpoint && { touchpoint }), ...(filled && { filled }) } },
  ],
  left: ({ segment, at, filled }) => [{ name: 'SegmentLeft', at, facts: { segment, ...(filled && { filled }) } }],
  moved: () => [],
  dated: () => [],
  goal: ({ type: _, cause, ...goal }) => [{ name: 'GoalReached', at: cause.at, facts: { ...goal, cause } }],
  assigned: ({ type: _, at, ...facts }) => [{ name: 'VariantAssigned', at, facts }],
  outcome: ({ decisionId, cause }) => [{ name: 'OutcomeObserved', at: cause.at, facts: { decisionId, cause } }],
};

const commandTypes: ReadonlySet<string> = new Set(commands);

/**
 * Returns whether the change is a command. A link is one only if the linked identity was a member
 * of segments.
 */
export const isCommand = (signal: ProfileChange): signal is JourneyCommand =>
  commandTypes.has(signal.type) && (signal.type !== 'identified' || signal.segments !== undefined);

/**
 * `eventsBySignal` has a row for every type. The cast is needed because an index by a union loses
 * the pairing.
 */
const eventsOfSignal = (signal: ProfileChange): EventDraft[] =>
  (eventsBySignal[signal.type] as (signal: ProfileChange) => EventDraft[])(signal);

function effectsOfProfile(item: Item): ChangeEffects {
  const customer = ownerOf(item);
  const signals = typeof item.signals === 'string' ? readSignals(item.signals) : [];
  const published = signals.flatMap((signal) =>
    eventsOfSignal(signal).map((draft) =>
      toEvent(customer, draft, eventId(item.pk, draft.name, JSON.stringify(signal))),
    ),
  );
  return { customer, events: published, commands: signals.filter(isCommand) };
}

function effectsOfRow(item: Item, draft: EventDraft): ChangeEffects {
  const customer = ownerOf(item);
  return { customer, events: [toEvent(customer, draft, eventId(item.pk, item.sk, draft.name))], commands: [] };
}

function effectsOfEnrolment(item: Item, before: Item | undefined): ChangeEffects | undefined {
  const enrolment = readEnrolment(item);
  const { enrolmentId, journeyId, version, startedAt, status, outcome = '', endedAt = startedAt } = enrolment;
  const parked = enrolment.parkedUntil !== undefined && { parkedLeg: (enrolment.leg ?? 0) + 1 };
  const facts = { enrolmentId, journeyId, version, ...(enrolment.test && { test: true }) };
  if (!before) return effectsOfRow(item, { name: 'EnrolmentStarted', at: startedAt, facts });
  if (status !== 'ended' || before.status === 'ended') return undefined;
  return effectsOfRow(item, { name: 'EnrolmentEnded', at: endedAt, facts: { ...facts, outcome, ...parked } });
}

const DecisionRow = events.DecisionMade.pick({ placement: true, offer: true, stage: true, propensity: true });

function effectsOfDecision(item: Item): ChangeEffects {
  const { at, id } = parseTimedKey(item.sk, timelineRanges.decision);
  const facts = { decisionId: id, ...DecisionRow.parse(item) };
  return effectsOfRow(item, { name: 'DecisionMade', at: Instant.parse(at), facts });
}

function effectsOfTask(item: Item): ChangeEffects {
  const { taskId, journeyId, queue, title, openedAt } = taskView(ownerOf(item).workspace, item);
  return effectsOfRow(item, { name: 'TaskOpened', at: openedAt, facts: { taskId, journeyId, queue, title } });
}

function effectsOfJourneyRecord(item: Item, before: Item | undefined): ChangeEffects {
  const workspace = parseWorkspace(item.pk);
  const drafts = journeyRecordEvents(readJourneyRecord(before), readJourneyRecord(item));
  const published = drafts.map(({ name, at, facts }): BusEvent => {
    const envelope = { id: eventId(item.pk, item.sk, Number(item.rev), name), workspace, occurredAt: at };
    return { name, detail: events[name].parse({ ...envelope, ...facts }) } as BusEvent; // the schema was picked by the name
  });
  return { customer: { workspace, customer: ranges.journey }, events: published, commands: [] };
}

const profileKey = keys.profile({ workspace: '', customer: '' }).sk;

/**
 * Returns the effects of a table change, or undefined if there are none. A redelivery returns the
 * same events with the same ids. Throws if a row is not as its store writes it.
 */
export function effectsOfChange({ kind, key: { sk }, before, after: item }: StreamRecord): ChangeEffects | undefined {
  if (!item || kind === 'REMOVE') return undefined;
  if (sk === profileKey) return effectsOfProfile(item);
  if (sk.startsWith(ranges.enrolment)) return effectsOfEnrolment(item, before);
  if (sk.startsWith(ranges.journey)) return effectsOfJourneyRecord(item, before);
  if (kind !== 'INSERT') return undefined;
  if (sk.startsWith(timelineRanges.decision)) return effectsOfDecision(item);
  return sk.startsWith(ranges.task) ? effectsOfTask(item) : undefined;
}
