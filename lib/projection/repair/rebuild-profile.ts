import { type Customer, type CustomerRef } from '../../model/customer.ts';
import { newProfile } from '../../model/profile.ts';
import { identitiesOf } from '../../profile/customer-identities.ts';
import { type ProfileStore, readVersionedProfile, type VersionedProfile } from '../../profile/profile-store.ts';
import { type ProjectionRules } from '../projection-state.ts';
import { type BarrierDependencies, markRebuilt, passBarriers } from './pass-barriers.ts';
import { digestTouchpoints, refoldTouchpoints, type TouchpointSource, withFacts } from './refold-touchpoints.ts';
import { readTouchpoints } from './stored-touchpoints.ts';

/**
 * Rebuilds a profile from stored touchpoints: its facts and stage. Enrolments, waits, goals,
 * decisions, segments, risk, silence, next review and links are kept. Publishes nothing and keeps
 * rows of stages and memberships. The next touchpoint or review applies the rules with the usual
 * events.
 */

/** What `rebuildCustomer` reads, writes and waits with. */
export interface RebuildDependencies extends TouchpointSource, BarrierDependencies {
  profiles: ProfileStore;
  rulesOf: (workspace: string) => Promise<ProjectionRules>;
}

/**
 * `busy`: touchpoints or other writes kept changing the customer. `behind`: the stream did not
 * reach the barrier in time. `unreadable`: `rows` cannot be folded. `unknown`: no touchpoint is
 * stored.
 */
export type RebuildResult =
  | { outcome: 'rebuilt'; customer: CustomerRef; touchpoints: number; changed: boolean }
  | { outcome: 'busy' | 'behind' | 'unknown' }
  | { outcome: 'unreadable'; rows: string[] };

const maxTries = 5;

/**
 * Saves an empty profile for a customer with stored touchpoints but no profile. Records still in
 * the stream are folded onto it. Returns undefined without a readable touchpoint.
 */
async function beginProfile(
  { table, profiles, clock }: RebuildDependencies,
  customer: Customer,
): Promise<VersionedProfile | undefined> {
  for await (const row of readTouchpoints(table, [customer], clock.now())) {
    if (!('touchpoint' in row)) continue;
    await profiles.save({ profile: newProfile(customer, row.at) }, 0);
    return readVersionedProfile(profiles, customer);
  }
  return undefined;
}

/**
 * One attempt. Returns undefined on a conflicting write, or if a touchpoint or a link was added
 * since the first read.
 */
async function tryToRebuild(
  dependencies: RebuildDependencies,
  stored: VersionedProfile,
): Promise<RebuildResult | undefined> {
  const { profiles, rulesOf } = dependencies;
  const refolded = await refoldTouchpoints(dependencies, stored.profile, await rulesOf(stored.profile.workspace));
  if (refolded.unreadable.length > 0) return { outcome: 'unreadable', rows: refolded.unreadable };
  if (!refolded.facts) return { outcome: 'unknown' };
  const passed = await passBarriers(dependencies, stored.profile);
  if (!passed) return { outcome: 'behind' };
  const { profile, rev } = passed;
  if (profile.linked.length !== stored.profile.linked.length) return undefined;
  if ((await digestTouchpoints(dependencies, profile)) !== refolded.digest) return undefined;
  const folded = markRebuilt(profile.folded, identitiesOf(profile));
  const next = { ...withFacts(profile, refolded.facts), folded };
  if (!(await profiles.save({ profile: next }, rev))) return undefined;
  const changed = !isSame({ ...profile, folded }, next);
  return { outcome: 'rebuilt', customer: profile.customer, touchpoints: refolded.touchpoints, changed };
}

/** Compares by content, whatever the order of names. */
const isSame = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/**
 * Rebuilds one customer. It folds the touchpoints, passes the barriers, reads the keys again, and
 * saves only if keys and revision are unchanged. So a touchpoint still in the stream is folded
 * once, after the save. Safe to crash and to retry: earlier writes are barriers, or an empty
 * profile.
 */
export async function rebuildCustomer(dependencies: RebuildDependencies, customer: Customer): Promise<RebuildResult> {
  for (let tries = 0; tries < maxTries; tries++) {
    const stored =
      (await readVersionedProfile(dependencies.profiles, customer)) ?? (await beginProfile(dependencies, customer));
    if (!stored) return { outcome: 'unknown' };
    const rebuilt = await tryToRebuild(dependencies, stored);
    if (rebuilt) return rebuilt;
  }
  return { outcome: 'busy' };
}
