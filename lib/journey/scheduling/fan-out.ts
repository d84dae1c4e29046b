import * as z from 'zod';
import { type BusEvent } from '../../model/bus-events.ts';
import { type Customer } from '../../model/customer.ts';
import { Json, JsonObject } from '../../shared/json.ts';
import { type ListPlace } from '../../segment/membership-index.ts';
import { type Profile } from '../../model/profile.ts';
import { Instant } from '../../shared/time.ts';
import { deterministicId } from '../../shared/ids.ts';
import { buildEntryEvent } from '../enrolment/entry-request.ts';

/**
 * A fan-out: every member of a segment is to enter a journey, because of a schedule or a business
 * event.
 */
export const FanOut = z.object({
  id: z.string(),
  journeyId: z.string(),
  /** Id of the trigger. A version without this trigger accepts no member. */
  trigger: z.string(),
  segment: z.string(),
  /** Limits the fan-out to members in this time zone. */
  zone: z.string().optional(),
  /** Limits the fan-out to members whose trait equals `value`, or is a list that contains it. */
  match: z.object({ trait: z.string(), value: Json }).optional(),
  /**
   * Part of the id of each entry request. Two fan-outs with one key therefore make the same
   * requests, and no member enters twice.
   */
  key: z.string(),
  name: z.string(),
  at: Instant,
  properties: JsonObject,
});
export type FanOut = z.infer<typeof FanOut>;

/** A fan-out with its progress. `rev` counts the writes. */
export interface StoredFanOut {
  fanOut: FanOut;
  rev: number;
  /** Position of the next page of members. Missing after the last. */
  place?: ListPlace;
}

/** Whether a member's traits satisfy `match`. True for a fan-out without one. */
export function matchesMember({ match }: FanOut, { traits }: Pick<Profile, 'traits'>): boolean {
  if (!match) return true;
  const value = Object.hasOwn(traits, match.trait) ? traits[match.trait]?.value : undefined;
  return Array.isArray(value) ? value.includes(match.value) : value === match.value;
}

/**
 * Returns the event that requests one member's entry. Its id is a hash of the key and the customer,
 * so a repeated event does not enrol the customer twice.
 */
export function entryRequestForMember(fanOut: FanOut, customer: Customer): BusEvent {
  const { key, journeyId, name, at, properties } = fanOut;
  const id = deterministicId('launch', key, customer.workspace, customer.customer);
  return buildEntryEvent(customer, { id, journeyId, cause: { messageId: id, name, at, properties } });
}
