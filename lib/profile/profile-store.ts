import { type Customer } from '../model/customer.ts';
import { Unavailable } from '../shared/errors.ts';
import { type Key, dueReviews, keys, listShard, lists, partition } from '../model/table-keys.ts';
import { type Expression, type Item, type Table, type Write } from '../aws/table/dynamo-table.ts';
import { profileLimits } from '../model/profile-limits.ts';
import { packProfile, unpackProfile } from './codec/profile-codec.ts';
import { type Profile } from '../model/profile.ts';
import { ProfileChange } from '../model/profile-change.ts';

/** What a change makes of a profile: the new one, what to tell others of it, and writes that must happen with it or not at all. */
export interface ProfileWrite {
  profile: Profile;
  signals?: ProfileChange[];
  also?: Write[];
}

/** A profile as it lies in the table. `rev` counts its writes, and every write names the one it builds on. */
export interface VersionedProfile {
  profile: Profile;
  rev: number;
}

const maxTries = 10;

/** The item of a profile. Index keys move with the stage and the next review only, so most writes leave both indexes alone. */
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
    ...(stage && { listPk: lists.stage(workspace, stage.id, shard), listSk: `${stage.since}#${profile.customer}` }),
    ...(nextReview !== undefined && { duePk: dueReviews(workspace, shard), dueAt: nextReview }),
  };
}

/** The reverse of `profileItem`; undefined for the pointer that a linked identity leaves. */
export function readProfileItem(item: Item): VersionedProfile | undefined {
  if (typeof item.doc !== 'string') return undefined;
  const separator = item.pk.indexOf('#'); // workspace ids hold none
  const who = { workspace: item.pk.slice(0, separator), customer: item.pk.slice(separator + 1) };
  return { profile: unpackProfile(item.doc, who), rev: Number(item.rev) };
}

/** What a linked identity leaves in its profile's place. */
export function pointerItem(from: Customer, to: Customer, rev: number): Item {
  return { ...keys.profile(from), rev, linkedTo: to.customer };
}

/** The signals a profile's new image carries. */
export function readSignals(text: string): ProfileChange[] {
  return ProfileChange.array().parse(JSON.parse(text));
}

/** Holds if nobody wrote the profile since `rev`; 0 stands for "there is none yet". */
const onRev = (rev: number): Expression =>
  rev === 0 ? { expression: 'attribute_not_exists(pk)' } : { expression: 'rev = :rev', values: { ':rev': rev } };

export interface ProfileStore {
  /** The profile, of the customer a linked identity points to. Undefined for somebody never seen. */
  get(customer: Customer): Promise<Profile | undefined>;
  /**
   * Reads many at once, by the partition they were asked for; pointers are followed. Not `consistent` costs half and may answer what
   * was true a moment ago: good enough for whoever only writes on condition of the `rev` that was read.
   */
  getMany(customers: Customer[], options?: { consistent?: boolean }): Promise<Map<string, VersionedProfile>>;
  /**
   * Reads, changes and writes on condition that nobody wrote in between; else starts over from what they wrote. So `change` may
   * run several times and must be pure. When the process dies before the write nothing happened; after it, all did. Undefined
   * (no write) when there is no profile or `change` answers undefined.
   */
  update(customer: Customer, change: (profile: Profile) => ProfileWrite | undefined): Promise<Profile | undefined>;
  /** One try of a write over what was read at `rev`. False when somebody was faster. */
  save(change: ProfileWrite, rev: number): Promise<boolean>;
  /** The same, and answers what they wrote when somebody was faster: undefined where that is not known, to be read. */
  tryToSave(
    change: ProfileWrite,
    rev: number,
  ): Promise<{ done: true } | { done: false; present: VersionedProfile | undefined }>;
}

export function profileStore(table: Table): ProfileStore {
  /** Every link adds an identity to a bounded list, so a chain of pointers is no longer than that; a ring cannot be written. */
  async function read(customer: Customer): Promise<VersionedProfile | undefined> {
    let key: Key = keys.profile(customer);
    for (let hops = 0; hops <= profileLimits.linked; hops++) {
      const item = await table.get(key, { consistent: true });
      if (!item) return undefined;
      if (typeof item.linkedTo !== 'string') return readProfileItem(item);
      key = keys.profile({ workspace: customer.workspace, customer: item.linkedTo });
    }
    throw new Error(`more pointers than links from ${partition(customer)}`);
  }

  const store: ProfileStore = {
    get: async (customer) => (await read(customer))?.profile,

    async getMany(customers, { consistent = true } = {}) {
      const found = new Map<string, VersionedProfile>();
      const items = await table.getMany(customers.map(keys.profile), { consistent });
      const byPk = new Map(items.map((item) => [item.pk, item]));
      for (const customer of customers) {
        const item = byPk.get(partition(customer));
        const stored = item && (typeof item.linkedTo === 'string' ? await read(customer) : readProfileItem(item));
        if (stored) found.set(partition(customer), stored);
      }
      return found;
    },

    async tryToSave({ profile, signals = [], also }, rev) {
      const replaced = await table.replace(profileItem(profile, rev + 1, signals), onRev(rev), also);
      if (replaced.done) return replaced;
      return { done: false, present: replaced.present && readProfileItem(replaced.present) };
    },

    save: async (change, rev) => (await store.tryToSave(change, rev)).done,

    async update(customer, change) {
      let present: VersionedProfile | undefined;
      for (let tries = 0; tries < maxTries; tries++) {
        const stored = present ?? (await read(customer));
        const changed = stored && change(stored.profile);
        if (!changed) return undefined;
        const tried = await store.tryToSave(changed, stored.rev);
        if (tried.done) return changed.profile;
        ({ present } = tried);
      }
      throw new Unavailable('profile.contended', { customer: customer.customer, tries: maxTries });
    },
  };
  return store;
}

/** The profile of a customer, pointers followed, with the revision to write over. */
export async function readVersionedProfile(
  profiles: ProfileStore,
  customer: Customer,
): Promise<VersionedProfile | undefined> {
  return (await profiles.getMany([customer])).get(partition(customer));
}
