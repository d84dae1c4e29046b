import { type BusEvent, type EventName } from '../../model/bus-events.ts';
import { type Customer, customerId } from '../../model/customer.ts';
import { valueAtPath, type JsonObject } from '../../shared/json.ts';
import { fittingProperties } from '../../profile/cause.ts';
import { compact } from '../../shared/records.ts';
import { type Instant } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { deterministicId } from '../../shared/ids.ts';

/** A request to enrol a customer in a journey, made from an event. */
export interface EntryRequest {
  /** Id of the event. A redelivery has the same id. */
  id: string;
  name: string;
  at: Instant;
  properties: JsonObject;
  /** The entry key, if the event names it. */
  key?: string;
  /** The customer is a test person. */
  test?: boolean;
  /** How many journeys started one another before this request. */
  depth?: number;
}

/** What is stored for one entry key of a journey: the active enrolment and the earlier entries. */
export interface EntrySlot {
  active?: string | undefined;
  lastEntered: Instant;
  entries: number;
}

/**
 * Longest entry key that is stored as it is, in characters. A longer or malformed one is replaced
 * by its hash. DynamoDB limits a sort key to 1,024 bytes in all.
 */
const maxKeyLength = 200;

/**
 * Events that can trigger an entry. `EntryTriggered` names the journey. The others are compared
 * with the triggers of each journey.
 */
export const entryEvents = [
  'EntryTriggered',
  'StageEntered',
  'SegmentJoined',
  'ChurnRiskChanged',
  'CustomerSilent',
] as const satisfies EventName[];

/** An event that can trigger an entry. */
export type EntryEvent = Extract<BusEvent, { name: (typeof entryEvents)[number] }>;

/** Returns the part of an event that its enrolment keeps. */
export function toEntryRequest({ name, detail }: EntryEvent): EntryRequest {
  const { id, occurredAt: at } = detail;
  switch (name) {
    case 'EntryTriggered': {
      const { cause, key, test, depth } = detail;
      const properties = fittingProperties(cause.properties);
      return { id, name: cause.name, at, properties, ...compact({ key, depth }), ...(test && { test }) };
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

/** An `EntryTriggered` event without its customer. It occurs when its cause does. */
export type EntryTrigger = Omit<
  Extract<EntryEvent, { name: 'EntryTriggered' }>['detail'],
  keyof Customer | 'customerId' | 'occurredAt'
>;

/** Returns the event that requests a customer's entry to a journey. */
export function buildEntryEvent(customer: Customer, trigger: EntryTrigger): BusEvent {
  const names = { ...customer, customerId: customerId(customer.customer), occurredAt: trigger.cause.at };
  return { name: 'EntryTriggered', detail: { ...names, ...trigger } };
}

type KeyedBy = Pick<EntryRequest, 'properties'> & { key?: string | undefined };

/**
 * Returns the entry key of a request. Returns an empty text for a journey without entry keys, and
 * undefined if the request lacks the key.
 */
export function entryKeyFor({ entry }: JourneyDefinition, request: KeyedBy): string | undefined {
  if (entry.key === undefined) return '';
  const value = request.key ?? valueAtPath(request.properties, entry.key);
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const key = String(value);
  if (key === '') return undefined;
  return key.length > maxKeyLength || !key.isWellFormed() ? deterministicId(key) : key;
}

/**
 * Returns an enrolment's id, a hash of the request. A redelivered request has the same id, and a
 * caller of the API can compute the id before the entry is decided.
 */
export function enrolmentIdFor(
  { workspace, customer }: Customer,
  { journeyId, entryKey, requestId }: { journeyId: string; entryKey: string; requestId: string },
): string {
  return deterministicId('enrolment', workspace, customer, journeyId, entryKey, requestId);
}
