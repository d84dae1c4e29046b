import * as z from 'zod';
import { type Table } from '../../aws/table/dynamo-table.ts';
import { type BusEvent } from '../../model/bus-events.ts';
import { type Customer, customerId } from '../../model/customer.ts';
import { Json, JsonObject } from '../../shared/json.ts';
import { keys, openFanOuts } from '../../model/table-keys.ts';
import { type ListPlace } from '../../segment/membership-index.ts';
import { type Profile } from '../../model/profile.ts';
import { Instant } from '../../shared/time.ts';
import { deterministicId } from '../../shared/ids.ts';

/** A segment on its way to a journey's door: for a time of a schedule, or because of something that happened to the business. */
export const FanOut = z.object({
  id: z.string(),
  journeyId: z.string(),
  /** The trigger, by what it says: versions that lack it take nobody in. */
  trigger: z.string(),
  segment: z.string(),
  /** Only members of this zone. */
  zone: z.string().optional(),
  /** Only members whose trait is this, or a list that holds it. */
  match: z.object({ trait: z.string(), value: Json }).optional(),
  /** Part of each knock's id: two fan-outs of one key lead nobody in twice. */
  key: z.string(),
  name: z.string(),
  at: Instant,
  properties: JsonObject,
});
export type FanOut = z.infer<typeof FanOut>;

export interface StoredFanOut {
  fanOut: FanOut;
  rev: number;
  /** Missing behind the last member. */
  place?: ListPlace;
}

/** How long a fan-out is known after it began, so that it does not begin again. Seconds. */
const keptFor = 30 * 86_400;

export interface FanOutStore {
  /** Writes it down; nothing where it was before. */
  begin(workspace: string, fanOut: FanOut): Promise<void>;
  get(workspace: string, id: string): Promise<StoredFanOut | undefined>;
  /** Notes how far it has come; false when somebody else has. Without a place it is through. */
  advance(workspace: string, stored: StoredFanOut, place: ListPlace | undefined): Promise<boolean>;
  /** Those under way, the longest first. */
  open(workspace: string, upTo: Instant): Promise<string[]>;
  /** Through when a schedule was carried out. */
  launchedThrough(workspace: string, of: { journeyId: string; trigger: string }): Promise<Instant | undefined>;
  launched(workspace: string, of: { journeyId: string; trigger: string }, through: Instant): Promise<void>;
}

const range = keys.fanOut('', '').sk;

export function fanOutStore(table: Table): FanOutStore {
  const item = (workspace: string, { fanOut, rev }: StoredFanOut, place: ListPlace | undefined) => ({
    ...keys.fanOut(workspace, fanOut.id),
    rev,
    doc: JSON.stringify(fanOut),
    ttl: Math.floor(Date.parse(fanOut.at) / 1_000) + keptFor,
    ...(place && { place: JSON.stringify(place), duePk: openFanOuts(workspace), dueAt: fanOut.at }),
  });

  return {
    async begin(workspace, fanOut) {
      const first = { fanOut, rev: 1 };
      await table.put(item(workspace, first, { list: 0 }), { expression: 'attribute_not_exists(pk)' });
    },

    async get(workspace, id) {
      const row = await table.get(keys.fanOut(workspace, id), { consistent: true });
      if (!row) return undefined;
      const place = typeof row.place === 'string' ? (JSON.parse(row.place) as ListPlace) : undefined; // as we wrote it
      return { fanOut: FanOut.parse(JSON.parse(String(row.doc))), rev: Number(row.rev), ...(place && { place }) };
    },

    advance(workspace, stored, place) {
      const unmoved = { expression: 'rev = :rev', values: { ':rev': stored.rev } };
      return table.put(item(workspace, { ...stored, rev: stored.rev + 1 }, place), unmoved);
    },

    async open(workspace, upTo) {
      const rows = await table.query(openFanOuts(workspace), { index: 'byDue', upTo });
      return rows.map(({ sk }) => sk.slice(range.length));
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

/** Whether a member is one of those meant. */
export function matchesMember({ match }: FanOut, { traits }: Pick<Profile, 'traits'>): boolean {
  if (!match) return true;
  const value = Object.hasOwn(traits, match.trait) ? traits[match.trait]?.value : undefined;
  return Array.isArray(value) ? value.includes(match.value) : value === match.value;
}

/** One member at the door. The same however often it is told, so that nobody enters twice. */
export function entryRequestForMember({ key, journeyId, name, at, properties }: FanOut, customer: Customer): BusEvent {
  const id = deterministicId('launch', key, customer.workspace, customer.customer);
  const cause = { messageId: id, name, at, properties };
  const head = { id, ...customer, customerId: customerId(customer.customer), occurredAt: at };
  return { name: 'EntryTriggered', detail: { ...head, journeyId, cause } };
}
