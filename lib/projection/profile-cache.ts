import { type CustomerRef } from '../model/customer.ts';
import { partition } from '../model/keys/table-keys.ts';
import { type ProfileStore, type VersionedProfile } from '../profile/profile-store.ts';

/** Profiles read for one batch. Each is read once, until it is written. */
export interface BatchProfileCache {
  /** Returns the cached profile. Undefined also for a customer without a stored profile. */
  get(workspace: string, customer: CustomerRef): VersionedProfile | undefined;
  /**
   * Reads the batch's profiles eventually consistent, at half the price. A stale one is safe,
   * because every write is conditional on its revision.
   */
  prefetch(workspace: string, customers: Set<CustomerRef>): Promise<void>;
  /** Reads those not cached yet, consistently. */
  read(workspace: string, customers: CustomerRef[]): Promise<void>;
  /**
   * Drops profiles that were written here or changed by another write, so that the next read is
   * fresh.
   */
  invalidate(workspace: string, customers: CustomerRef[]): void;
}

/** Profiles by partition. A partition that was read and holds none has undefined. */
type CachedProfiles = Map<string, VersionedProfile | undefined>;

interface ReadRequest {
  workspace: string;
  customers: Iterable<CustomerRef>;
  consistent: boolean;
}

async function readMissing(
  cached: CachedProfiles,
  profiles: Pick<ProfileStore, 'getMany'>,
  { workspace, customers, consistent }: ReadRequest,
): Promise<void> {
  const all = [...new Set(customers)].map((customer) => ({ workspace, customer }));
  const missing = all.filter((customer) => !cached.has(partition(customer)));
  if (missing.length === 0) return;
  const found = await profiles.getMany(missing, { consistent });
  for (const customer of missing) {
    const stored = found.get(partition(customer));
    cached.set(partition(customer), stored);
    // A pointer leads to another customer's profile, so that profile is now read too.
    if (stored && !cached.has(partition(stored.profile))) cached.set(partition(stored.profile), stored);
  }
}

/** Returns an empty cache for one batch. */
export function createBatchProfileCache(profiles: Pick<ProfileStore, 'getMany'>): BatchProfileCache {
  const cached: CachedProfiles = new Map();
  return {
    get: (workspace, customer) => cached.get(partition({ workspace, customer })),
    prefetch: (workspace, customers) => readMissing(cached, profiles, { workspace, customers, consistent: false }),
    read: (workspace, customers) => readMissing(cached, profiles, { workspace, customers, consistent: true }),
    invalidate: (workspace, customers) => {
      for (const customer of customers) cached.delete(partition({ workspace, customer }));
    },
  };
}
