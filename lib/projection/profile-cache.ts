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
  forget(workspace: string, customers: CustomerRef[]): void;
}

/** Returns an empty cache for one batch. */
export function createBatchProfileCache(profiles: ProfileStore): BatchProfileCache {
  const seen = new Map<string, VersionedProfile | undefined>();

  async function read(workspace: string, customers: CustomerRef[], consistent: boolean): Promise<void> {
    const all = [...new Set(customers)].map((customer) => ({ workspace, customer }));
    const missing = all.filter((who) => !seen.has(partition(who)));
    if (missing.length === 0) return;
    const found = await profiles.getMany(missing, { consistent });
    for (const who of missing) {
      const stored = found.get(partition(who));
      seen.set(partition(who), stored);
      // A pointer leads to another customer's profile, so that profile is now read too.
      if (stored && !seen.has(partition(stored.profile))) seen.set(partition(stored.profile), stored);
    }
  }

  return {
    get: (workspace, customer) => seen.get(partition({ workspace, customer })),
    prefetch: (workspace, customers) => read(workspace, [...customers], false),
    read: (workspace, customers) => read(workspace, customers, true),
    forget: (workspace, customers) => {
      for (const customer of customers) seen.delete(partition({ workspace, customer }));
    },
  };
}
