import { type BusEvent, type EventName } from '../../model/bus-events.ts';
import { type Customer } from '../../model/customer.ts';
import { valueAtPath as valueAt, type JsonObject } from '../../shared/json.ts';
import { fittingProperties } from '../../profile/cause.ts';
import { type Instant } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Trigger } from '../definition/trigger.ts';
import { deterministicId } from '../../shared/ids.ts';

/** What knocked at a journey's door. */
export interface EntryRequest {
  /** Id of the event: a redelivery has the same. */
  id: string;
  name: string;
  at: Instant;
  properties: JsonObject;
  /** The entry key, where whoever knocks names it. */
  key?: string;
  /** In the name of a test person. */
  test?: boolean;
  /** How many journeys started one another on the way here. */
  depth?: number;
}

/** What one door of a journey remembers: who is inside, and earlier entries. */
export interface EntrySlot {
  active?: string | undefined;
  lastEntered: Instant;
  entries: number;
}

/** Longest entry key that is kept as it is; a longer one, or half a character, is named by its hash. A sort key takes 1,024 bytes in all. */
const maxKeyLength = 200;

/** Events that let customers in. `EntryTriggered` names the journey; the others are looked at by its triggers. */
export const entryEvents = [
  'EntryTriggered',
  'StageEntered',
  'SegmentJoined',
  'ChurnRiskChanged',
  'CustomerSilent',
] as const satisfies EventName[];

export type EntryEvent = Extract<BusEvent, { name: (typeof entryEvents)[number] }>;

function isTriggeredBy(trigger: Trigger, { name, detail }: EntryEvent): boolean {
  // A stage or a segment that a touchpoint led to is looked at with the touchpoint.
  if ('stageEntered' in trigger)
    return name === 'StageEntered' && !detail.touchpoint && trigger.stageEntered.includes(detail.stage);
  if ('segmentJoined' in trigger)
    return (
      // Who is in a segment because it was defined anew has not joined it.
      name === 'SegmentJoined' && !detail.touchpoint && !detail.filled && trigger.segmentJoined.includes(detail.segment)
    );
  if ('churnBand' in trigger) return name === 'ChurnRiskChanged' && trigger.churnBand.includes(detail.risk.band);
  if ('silentFor' in trigger) return name === 'CustomerSilent' && detail.for === trigger.silentFor;
  return false; // touchpoints are looked at when they are folded, times and calls come named
}

/** The journeys at whose door an event knocks. */
export function journeysTriggeredBy(definitions: readonly JourneyDefinition[], event: EntryEvent): JourneyDefinition[] {
  if (event.name === 'EntryTriggered') return definitions.filter(({ id }) => id === event.detail.journeyId);
  return definitions.filter(({ entry }) => entry.triggers.some((trigger) => isTriggeredBy(trigger, event)));
}

/** What of an event travels with the enrolment it starts. */
export function toEntryRequest({ name, detail }: EntryEvent): EntryRequest {
  const { id, occurredAt: at } = detail;
  switch (name) {
    case 'EntryTriggered': {
      const { cause, key, test, depth } = detail;
      const more = { ...(key !== undefined && { key }), ...(test && { test }), ...(depth !== undefined && { depth }) };
      return { id, name: cause.name, at, properties: fittingProperties(cause.properties), ...more };
    }
    case 'StageEntered':
      return { id, name, at, properties: { stage: detail.stage } };
    case 'SegmentJoined':
      return { id, name, at, properties: { segment: detail.segment } };
    case 'ChurnRiskChanged':
      return { id, name, at, properties: { band: detail.risk.band, score: detail.risk.score } };
    case 'CustomerSilent':
      return { id, name, at, properties: { for: detail.for } };
  }
}

type KeyedBy = Pick<EntryRequest, 'properties'> & { key?: string | undefined };

/** The entry key of a knock, empty where the journey has none; undefined where the knock lacks it. */
export function entryKeyFor({ entry }: JourneyDefinition, knock: KeyedBy): string | undefined {
  if (entry.key === undefined) return '';
  const value = knock.key ?? valueAt(knock.properties, entry.key);
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const key = String(value);
  if (key === '') return undefined;
  return key.length > maxKeyLength || !key.isWellFormed() ? deterministicId(key) : key;
}

/** Name of the enrolment that a knock leads to, whoever asks: whoever knocks can name it before the door is reached. */
export function enrolmentIdFor(
  { workspace, customer }: Customer,
  { journeyId, entryKey, knockId }: { journeyId: string; entryKey: string; knockId: string },
): string {
  return deterministicId('enrolment', workspace, customer, journeyId, entryKey, knockId);
}
