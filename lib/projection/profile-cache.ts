import { type CustomerRef } from '../model/customer.ts';
import { partition } from '../model/table-keys.ts';
import { type ProfileStore, type VersionedProfile } from '../profile/profile-store.ts';

/** The profiles that folding one batch has read, each once until it is written. */
export interface BatchProfileCache {
  /** What was read; undefined also for somebody nothing is stored of. */
  get(workspace: string, customer: CustomerRef): VersionedProfile | undefined;
  /** Reads all of a batch's in one go, at half the price of what is true at this moment: every write is conditional on it. */
  prefetch(workspace: string, customers: Set<CustomerRef>): Promise<void>;
  /** Reads those not read yet, as they are at this moment. */
  read(workspace: string, customers: CustomerRef[]): Promise<void>;
  /** They were written, or have changed under us: whoever wants them next reads them anew. */
  forget(workspace: string, customers: CustomerRef[]): void;
}

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
      // Behind a pointer lies the profile of somebody else, who is read by now too.
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
