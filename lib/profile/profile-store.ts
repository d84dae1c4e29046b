import { type Customer } from '../model/customer.ts';
import { Unavailable } from '../shared/errors.ts';
import { type Key, dueReviews, keys, listShard, lists, partition, listSortKey } from '../model/keys/table-keys.ts';
import { parsePartition } from '../model/keys/parse-keys.ts';
import { type Item, type Table, type Write } from '../aws/table/dynamo-table.ts';
import { conflict, retryOnConflict } from '../shared/retry.ts';
import { profileLimits } from '../model/profile-limits.ts';
import { packProfile, unpackProfile } from './codec/profile-codec.ts';
import { type Profile } from '../model/profile.ts';
import { ProfileChange } from '../model/profile-change.ts';
import { ifRevision } from '../aws/table/conditions.ts';

/** A new profile, its changes to publish, and further writes of the same transaction. */
export interface ProfileWrite {
  profile: Profile;
  signals?: ProfileChange[];
  also?: Write[];
}

/**
 * A profile as stored. `rev` counts its writes, and every write is conditional on the revision
 * read.
 */
export interface VersionedProfile {
  profile: Profile;
  rev: number;
}

const maxTries = 10;

/**
 * Returns the item of a profile. Index keys change with the stage and the next review only, so most
 * writes do not touch the indexes.
 */
export function profileItem(profile: Profile, rev: number, signals: ProfileChange[] = []): Item {
  const { workspace, stage, nextReview } = profile;
  const shard = listShard(profile);
  const active = Object.keys(profile.journeys);
  return {
    ...keys.profile(profile),
    rev,
    doc: packProfile(profile),
    ...(active.length > 0 && { active: new Set(active) }),
    ...(signals.length > 0 && { signals: JSON.stringify(signals) }),
    ...(stage && {
      listPk: lists.stage(workspace, stage.id, shard),
      listSk: listSortKey(stage.since, profile.customer),
    }),
    ...(nextReview !== undefined && { duePk: dueReviews(workspace, shard), dueAt: nextReview }),
  };
}

/** The reverse of `profileItem`. Returns undefined for the pointer of a linked identity. */
export function readProfileItem(item: Item): VersionedProfile | undefined {
  if (typeof item.doc !== 'string') return undefined;
  return { profile: unpackProfile(item.doc, parsePartition(item.pk)), rev: Number(item.rev) };
}

/** Returns the pointer that replaces the profile of a linked identity. */
export function pointerItem(from: Customer, to: Customer, rev: number): Item {
  return { ...keys.profile(from), rev, linkedTo: to.customer };
}

/** Parses the signals in a profile's new image. */
export function readSignals(text: string): ProfileChange[] {
  return ProfileChange.array().parse(JSON.parse(text));
}

/** What one conditional write led to: it was written, or another write won. */
type SaveResult = { done: true } | { done: false; present: VersionedProfile | undefined };

/** Reads and writes profiles. */
export interface ProfileStore {
  /** Returns the profile; for a linked identity that of its user. Undefined if there is none. */
  get(customer: Customer): Promise<Profile | undefined>;
  /**
   * Reads many, keyed by the requested partition; pointers are followed. Not `consistent` costs
   * half and may be stale, which is safe if the write is conditional on the `rev` read.
   */
  getMany(customers: Customer[], options?: { consistent?: boolean }): Promise<Map<string, VersionedProfile>>;
  /**
   * Reads, changes and writes, on condition of an unchanged revision. A conflict retries, so
   * `change` must be pure. A crash leaves all writes or none. Returns undefined without writing if
   * there is no profile or `change` returns undefined. Throws `profile.contended` after 10
   * attempts.
   */
  update(customer: Customer, change: (profile: Profile) => ProfileWrite | undefined): Promise<Profile | undefined>;
  /** Writes once over `rev`. Returns false on a conflict. */
  save(write: ProfileWrite, rev: number): Promise<boolean>;
  /**
   * As `save`, and returns the profile that won the conflict. `present` is undefined if it must be
   * read.
   */
  tryToSave(write: ProfileWrite, rev: number): Promise<SaveResult>;
}

/**
 * Follows pointers. Every link adds an identity to a list of limited length, so no chain is longer
 * than that; a cycle cannot be written.
 */
async function readFollowing(table: Table, customer: Customer): Promise<VersionedProfile | undefined> {
  let key: Key = keys.profile(customer);
  for (let hops = 0; hops <= profileLimits.linked; hops++) {
    const item = await table.get(key, { consistent: true });
    if (!item) return undefined;
    if (typeof item.linkedTo !== 'string') return readProfileItem(item);
    key = keys.profile({ workspace: customer.workspace, customer: item.linkedTo });
  }
  throw new Error(`more pointers than links from ${partition(customer)}`);
}

async function readMany(
  table: Table,
  customers: Customer[],
  { consistent = true }: { consistent?: boolean } = {},
): Promise<Map<string, VersionedProfile>> {
  const found = new Map<string, VersionedProfile>();
  const items = await table.getMany(customers.map(keys.profile), { consistent });
  const byPk = new Map(items.map((item) => [item.pk, item]));
  for (const customer of customers) {
    const item = byPk.get(partition(customer));
    const isPointer = item && typeof item.linkedTo === 'string';
    const stored = isPointer ? await readFollowing(table, customer) : item && readProfileItem(item);
    if (stored) found.set(partition(customer), stored);
  }
  return found;
}

async function tryToSave(table: Table, write: ProfileWrite, rev: number): Promise<SaveResult> {
  const { profile, signals = [], also } = write;
  const replaced = await table.replace(profileItem(profile, rev + 1, signals), ifRevision(rev), also);
  if (replaced.done) return replaced;
  return { done: false, present: replaced.present && readProfileItem(replaced.present) };
}

/** Reads only before the first attempt, and after a conflict that does not show the winner. */
async function update(
  table: Table,
  customer: Customer,
  change: (profile: Profile) => ProfileWrite | undefined,
): Promise<Profile | undefined> {
  let present: VersionedProfile | undefined;
  const contended = () => new Unavailable('profile.contended', { customer: customer.customer, tries: maxTries });
  return retryOnConflict<Profile | undefined>({ maxTries, contended }, async () => {
    const stored = present ?? (await readFollowing(table, customer));
    const changed = stored && change(stored.profile);
    if (!changed) return undefined;
    const result = await tryToSave(table, changed, stored.rev);
    if (result.done) return changed.profile;
    ({ present } = result);
    return conflict;
  });
}

/** The store over the table. */
export function profileStore(table: Table): ProfileStore {
  return {
    get: async (customer) => (await readFollowing(table, customer))?.profile,
    getMany: (customers, options) => readMany(table, customers, options),
    tryToSave: (write, rev) => tryToSave(table, write, rev),
    save: async (write, rev) => (await tryToSave(table, write, rev)).done,
    update: (customer, change) => update(table, customer, change),
  };
}

/** Returns the profile of a customer with its revision. Pointers are followed. */
export async function readVersionedProfile(
  profiles: Pick<ProfileStore, 'getMany'>,
  customer: Customer,
): Promise<VersionedProfile | undefined> {
  return (await profiles.getMany([customer])).get(partition(customer));
}
