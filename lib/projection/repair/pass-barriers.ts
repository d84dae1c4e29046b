import { type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { type Profile } from '../../model/profile.ts';
import { identitiesOf } from '../../profile/customer-identities.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { type Checkpoint } from '../../profile/merge/stream-checkpoint.ts';
import { type ProfileStore, readVersionedProfile, type VersionedProfile } from '../../profile/profile-store.ts';
import { minuteMs } from '../../shared/time.ts';

/** What passing barriers reads, writes and waits with. */
export interface BarrierDependencies {
  table: Table;
  profiles: Pick<ProfileStore, 'getMany'>;
  newId: () => string;
  pause: (ms: number) => Promise<void>;
}

/** Interval and limit of polling the profile for the barrier, ms. */
const barrierWait = { stepMs: 250, mostMs: minuteMs };

/**
 * Writes a barrier into each partition and polls until the projector has passed them all. Every
 * touchpoint stored earlier is then folded or put aside. Returns undefined after
 * `barrierWait.mostMs`.
 */
export async function passBarriers(
  { table, profiles, newId, pause }: BarrierDependencies,
  profile: Profile,
): Promise<VersionedProfile | undefined> {
  const id = newId();
  const identities = identitiesOf(profile);
  for (const owner of identities) await table.put({ ...keys.barrier(owner), id });
  for (let waited = 0; waited <= barrierWait.mostMs; waited += barrierWait.stepMs) {
    const stored = await readVersionedProfile(profiles, profile);
    if (stored && identities.every(({ customer }) => stored.profile.folded.barriers?.[customer] === id)) {
      for (const owner of identities) await table.transact([{ delete: keys.barrier(owner) }]);
      return stored;
    }
    await pause(barrierWait.stepMs);
  }
  return undefined;
}

/**
 * Marks every touchpoint up to the checkpoint as rebuilt, including those put aside, so that a
 * redriven one is not folded twice.
 */
export function markRebuilt({ barriers: _, ...folded }: Checkpoint, identities: readonly Customer[]): Checkpoint {
  const reached = identities.flatMap(({ customer }) => {
    const sequence = folded.through[customer];
    return sequence === undefined ? [] : [[customer, sequence] as const];
  });
  return { ...folded, rebuilt: { ...folded.rebuilt, ...Object.fromEntries(reached) } };
}
