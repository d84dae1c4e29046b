import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { type Key, keys, partition, ranges } from '../../model/keys/table-keys.ts';
import { type CustomerIdentities } from '../../profile/customer-identities.ts';
import { readProfileItem, type VersionedProfile } from '../../profile/profile-store.ts';
import { compact } from '../../shared/records.ts';
import { type Enrolment, type OwnedEnrolment, readOwnedEnrolment } from './enrolment-record.ts';
import { type EntrySlot } from './entry-request.ts';

/** The state of a customer's entries under one entry key of a journey, over all identities. */
export interface EntryState {
  /** The same enrolment, if an earlier delivery of the same trigger wrote it. */
  earlier?: OwnedEnrolment | undefined;
  /** The combined slot of all identities. */
  slot?: EntrySlot | undefined;
  /**
   * Entries of the first identity alone. The condition of its slot's write compares this number.
   */
  entries: number;
}

/** The profile and the entry state that an entry is decided on. */
export interface EntrySnapshot {
  stored: VersionedProfile;
  entryState: EntryState;
}

/** Names an enrolment and its entry slot within a customer's partition. */
export type EntryPlace = Pick<Enrolment, 'enrolmentId' | 'journeyId' | 'entryKey'>;

/** An entry snapshot, and another item that was read in the same request. */
export interface EntrySnapshotRead {
  /** Undefined for a customer without a profile or with linked identities. */
  snapshot: EntrySnapshot | undefined;
  extraItem: Item | undefined;
}

const entryStateKeys = (owner: Customer, { enrolmentId, journeyId, entryKey }: EntryPlace): Key[] => [
  keys.enrolment(owner, enrolmentId),
  keys.entry(owner, journeyId, entryKey),
];

/** Combines the slots of all identities into one. */
function combineSlots(slots: Item[]): EntrySlot {
  const entered = slots.map(({ lastEntered }) => String(lastEntered)).sort();
  const active = slots.map((slot) => slot.active).find((id) => typeof id === 'string');
  return {
    ...compact({ active }),
    lastEntered: entered.at(-1) ?? '',
    entries: slots.reduce((sum, slot) => sum + Number(slot.entries), 0),
  };
}

function toEntryState(owner: Customer, items: Item[]): EntryState {
  const row = items.find(({ sk }) => sk.startsWith(ranges.enrolment));
  const slots = items.filter((item) => item !== row);
  const first = slots.find(({ pk }) => pk === partition(owner));
  return {
    ...(row && { earlier: readOwnedEnrolment(row) }),
    ...(slots.length > 0 && { slot: combineSlots(slots) }),
    entries: first ? Number(first.entries) : 0,
  };
}

/** Reads the entry state of all identities in one request. Strongly consistent. */
export async function readEntryState(table: Table, owners: CustomerIdentities, place: EntryPlace): Promise<EntryState> {
  const wanted = owners.flatMap((owner) => entryStateKeys(owner, place));
  return toEntryState(owners[0], await table.getMany(wanted, { consistent: true }));
}

const takeItem = (items: Item[], key: Key | undefined): Item | undefined => {
  const position = items.findIndex(({ pk, sk }) => pk === key?.pk && sk === key.sk);
  return position < 0 ? undefined : items.splice(position, 1)[0];
};

/**
 * Reads the profile, its entry state and `extraKey` in one request. Strongly consistent. Costs no
 * second request for a customer of one identity, as most are.
 */
export async function readEntrySnapshot(
  table: Table,
  customer: Customer,
  { extraKey, ...place }: EntryPlace & { extraKey?: Key | undefined },
): Promise<EntrySnapshotRead> {
  const profileKey = keys.profile(customer);
  const wanted = [profileKey, ...entryStateKeys(customer, place), ...(extraKey ? [extraKey] : [])];
  const items = await table.getMany(wanted, { consistent: true });
  const profile = takeItem(items, profileKey);
  const extraItem = takeItem(items, extraKey);
  const stored = profile && readProfileItem(profile);
  if (!stored || stored.profile.linked.length > 0) return { snapshot: undefined, extraItem };
  return { snapshot: { stored, entryState: toEntryState(customer, items) }, extraItem };
}
