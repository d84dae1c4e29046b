import * as z from 'zod';
import { type Table } from '../../aws/table/dynamo-table.ts';
import { type BusEvent } from '../../model/bus-events.ts';
import { type Customer, customerId } from '../../model/customer.ts';
import { Json, JsonObject } from '../../shared/json.ts';
import { keys, openFanOuts } from '../../model/keys/table-keys.ts';
import { stripRange } from '../../model/keys/parse-keys.ts';
import { type ListPlace } from '../../segment/membership-index.ts';
import { type Profile } from '../../model/profile.ts';
import { Instant, ttlAfter, daySeconds } from '../../shared/time.ts';
import { deterministicId } from '../../shared/ids.ts';
import { ifAbsent, ifRevision } from '../../aws/table/conditions.ts';

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

/**
 * How long a row is kept after `at`, in seconds: 30 days. While the row exists, the same fan-out
 * does not begin again.
 */
const keptFor = 30 * daySeconds;

/** Reads and writes fan-outs and their progress. */
export interface FanOutStore {
  /** Writes a new fan-out. Does nothing if it exists. Safe to repeat. */
  begin(workspace: string, fanOut: FanOut): Promise<void>;
  /** Reads a fan-out. Strongly consistent. */
  get(workspace: string, id: string): Promise<StoredFanOut | undefined>;
  /**
   * Stores the position of the next page. Returns false if another process advanced the fan-out
   * since it was read. Without a position the fan-out is complete.
   */
  advance(workspace: string, stored: StoredFanOut, place: ListPlace | undefined): Promise<boolean>;
  /** Lists the ids of unfinished fan-outs with `at` up to `upTo`, oldest first. */
  open(workspace: string, upTo: Instant): Promise<string[]>;
  /** Reads the time up to which a schedule's occurrences have begun. Strongly consistent. */
  launchedThrough(workspace: string, of: { journeyId: string; trigger: string }): Promise<Instant | undefined>;
  /** Stores the time up to which a schedule's occurrences have begun. */
  launched(workspace: string, of: { journeyId: string; trigger: string }, through: Instant): Promise<void>;
}

const range = keys.fanOut('', '').sk;

/** Creates the store of fan-outs in a table. */
export function fanOutStore(table: Table): FanOutStore {
  const item = (workspace: string, { fanOut, rev }: StoredFanOut, place: ListPlace | undefined) => ({
    ...keys.fanOut(workspace, fanOut.id),
    rev,
    doc: JSON.stringify(fanOut),
    ttl: ttlAfter(fanOut.at, keptFor),
    ...(place && { place: JSON.stringify(place), duePk: openFanOuts(workspace), dueAt: fanOut.at }),
  });

  return {
    async begin(workspace, fanOut) {
      const first = { fanOut, rev: 1 };
      await table.put(item(workspace, first, { list: 0 }), ifAbsent);
    },

    async get(workspace, id) {
      const row = await table.get(keys.fanOut(workspace, id), { consistent: true });
      if (!row) return undefined;
      const place = typeof row.place === 'string' ? (JSON.parse(row.place) as ListPlace) : undefined; // written by `item`
      return { fanOut: FanOut.parse(JSON.parse(String(row.doc))), rev: Number(row.rev), ...(place && { place }) };
    },

    advance(workspace, stored, place) {
      return table.put(item(workspace, { ...stored, rev: stored.rev + 1 }, place), ifRevision(stored.rev));
    },

    async open(workspace, upTo) {
      const rows = await table.query(openFanOuts(workspace), { index: 'byDue', upTo });
      return rows.map(({ sk }) => stripRange(sk, range));
    },

    async launchedThrough(workspace, { journeyId, trigger }) {
      const row = await table.get(keys.launched(workspace, journeyId, trigger), { consistent: true });
      return typeof row?.through === 'string' ? row.through : undefined;
    },

    async launched(workspace, { journeyId, trigger }, through) {
      await table.put({ ...keys.launched(workspace, journeyId, trigger), through });
    },
  };
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
export function entryRequestForMember({ key, journeyId, name, at, properties }: FanOut, customer: Customer): BusEvent {
  const id = deterministicId('launch', key, customer.workspace, customer.customer);
  const cause = { messageId: id, name, at, properties };
  const head = { id, ...customer, customerId: customerId(customer.customer), occurredAt: at };
  return { name: 'EntryTriggered', detail: { ...head, journeyId, cause } };
}
