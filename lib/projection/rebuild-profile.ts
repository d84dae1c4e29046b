import { createHash } from 'node:crypto';
import { type Table } from '../aws/table/dynamo-table.ts';
import { type Customer, type CustomerRef } from '../model/customer.ts';
import { keys } from '../model/keys/table-keys.ts';
import { type Clock, minuteMs } from '../shared/time.ts';
import { newProfile, type Profile } from '../model/profile.ts';
import { applyTouchpoint, type ProjectionRules } from './apply-touchpoint.ts';
import { type ProfileStore, type VersionedProfile } from '../profile/profile-store.ts';
import { readTouchpoints, type StoredTouchpoint } from './stored-touchpoints.ts';

/**
 * Rebuilds a profile from stored touchpoints: its facts and stage. Enrolments, waits, goals,
 * decisions, segments, risk, silence, next review and links are kept. Publishes nothing and keeps
 * rows of stages and memberships. The next touchpoint or review applies the rules with the usual
 * events.
 */

/**
 * Fields kept from the stored profile. Stage rules on segments or risk see these present values.
 */
type Kept = Pick<
  Profile,
  'workspace' | 'customer' | 'journeys' | 'waits' | 'goals' | 'decisions' | 'segments' | 'linked' | 'folded'
> &
  Partial<Pick<Profile, 'churn' | 'silence' | 'nextReview'>>;

function keptOf(profile: Profile): Kept {
  const { workspace, customer, journeys, waits, goals, decisions, segments, linked, folded } = profile;
  const { churn, silence, nextReview } = profile;
  return {
    ...{ workspace, customer, journeys, waits, goals, decisions, segments, linked, folded },
    ...(churn && { churn }),
    ...(silence && { silence }),
    ...(nextReview !== undefined && { nextReview }),
  };
}

/** Folds one touchpoint as a backfill: it may move the stage, and triggers nothing. */
export function refold(
  profile: Profile | undefined,
  { touchpoint, at }: Extract<StoredTouchpoint, { touchpoint: unknown }>,
  { stored, rules }: { stored: Profile; rules: ProjectionRules },
): Profile {
  const { workspace, customer, churn, segments } = stored;
  const begun = profile ?? { ...newProfile({ workspace, customer }, at), segments, ...(churn && { churn }) };
  const projection = { profile: begun, signals: [], transitions: [] };
  const happening = { touchpoint, at, isHistory: true };
  return applyTouchpoint(projection, happening, { ...rules, journeys: [], segments: [] }).profile;
}

/**
 * Returns the stage computed from touchpoints. If it equals the stored stage, or no touchpoint
 * matches a rule, the stored stage with its time is kept.
 */
function stageOf(stored: Profile, facts: Profile): Pick<Profile, 'stage'> {
  const stage = !facts.stage || facts.stage.id === stored.stage?.id ? stored.stage : facts.stage;
  return stage ? { stage } : {};
}

/** Returns the stored profile with the rebuilt facts. */
export function withFacts(stored: Profile, facts: Profile): Profile {
  const { stage: _, ...rest } = facts;
  return { ...rest, ...keptOf(stored), ...stageOf(stored, facts) };
}

/** What `rebuildCustomer` reads, writes and waits with. */
export interface Rebuilding {
  table: Table;
  profiles: ProfileStore;
  rulesOf: (workspace: string) => Promise<ProjectionRules>;
  clock: Clock;
  newId: () => string;
  pause: (ms: number) => Promise<void>;
}

/**
 * `busy`: touchpoints or other writes kept changing the customer. `behind`: the stream did not
 * reach the barrier in time. `unreadable`: `rows` cannot be folded. `unknown`: no touchpoint is
 * stored.
 */
export type Rebuilt =
  | { outcome: 'rebuilt'; customer: CustomerRef; touchpoints: number; changed: boolean }
  | { outcome: 'busy' | 'behind' | 'unknown' }
  | { outcome: 'unreadable'; rows: string[] };

const maxTries = 5;

/** Interval and limit of polling the profile for the barrier, ms. */
const barrierWait = { stepMs: 250, mostMs: minuteMs };

/** Limit of unreadable rows returned. */
const maxNamed = 10;

const ownersOf = ({ workspace, customer, linked }: Profile): Customer[] =>
  [customer, ...linked].map((ref) => ({ workspace, customer: ref }));

interface Pass {
  facts: Profile | undefined;
  unreadable: string[];
  touchpoints: number;
  /** Digest of all keys, in order. */
  digest: string;
}

async function foldAll({ table, clock }: Rebuilding, stored: Profile, rules: ProjectionRules): Promise<Pass> {
  const hash = createHash('sha256');
  const pass: Pass = { facts: undefined, unreadable: [], touchpoints: 0, digest: '' };
  for await (const one of readTouchpoints(table, ownersOf(stored), clock.now())) {
    hash.update(`${one.key.pk}\n${one.key.sk}\n`);
    pass.touchpoints++;
    try {
      if ('reason' in one) throw new Error(one.reason);
      pass.facts = refold(pass.facts, one, { stored, rules });
    } catch {
      if (pass.unreadable.length < maxNamed) pass.unreadable.push(`${one.key.pk} ${one.key.sk}`);
    }
  }
  return { ...pass, digest: hash.digest('hex') };
}

async function digestOf({ table, clock }: Rebuilding, profile: Profile): Promise<string> {
  const hash = createHash('sha256');
  for await (const { key } of readTouchpoints(table, ownersOf(profile), clock.now()))
    hash.update(`${key.pk}\n${key.sk}\n`);
  return hash.digest('hex');
}

const readStored = async (
  { profiles }: Pick<Rebuilding, 'profiles'>,
  customer: Customer,
): Promise<VersionedProfile | undefined> => [...(await profiles.getMany([customer])).values()][0];

/**
 * Writes a barrier into each partition and polls until the projector has passed them all. Every
 * touchpoint stored earlier is then folded or put aside. Returns undefined after
 * `barrierWait.mostMs`.
 */
async function passBarriers(rebuilding: Rebuilding, profile: Profile): Promise<VersionedProfile | undefined> {
  const { table, newId, pause } = rebuilding;
  const id = newId();
  const owners = ownersOf(profile);
  for (const owner of owners) await table.put({ ...keys.barrier(owner), id });
  for (let waited = 0; waited <= barrierWait.mostMs; waited += barrierWait.stepMs) {
    const stored = await readStored(rebuilding, profile);
    if (stored && owners.every(({ customer }) => stored.profile.folded.barriers?.[customer] === id)) {
      for (const owner of owners) await table.transact([{ delete: keys.barrier(owner) }]);
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
function noted({ barriers: _, ...folded }: Profile['folded'], owners: Customer[]): Profile['folded'] {
  const rebuilt = owners.flatMap(({ customer }) => {
    const reached = folded.through[customer];
    return reached === undefined ? [] : [[customer, reached] as const];
  });
  return { ...folded, rebuilt: { ...folded.rebuilt, ...Object.fromEntries(rebuilt) } };
}

/**
 * Saves an empty profile for a customer with stored touchpoints but no profile. Records still in
 * the stream are folded onto it. Returns undefined without a readable touchpoint.
 */
async function beginProfile(
  { table, profiles, clock }: Rebuilding,
  customer: Customer,
): Promise<VersionedProfile | undefined> {
  for await (const one of readTouchpoints(table, [customer], clock.now())) {
    if (!('touchpoint' in one)) continue;
    await profiles.save({ profile: newProfile(customer, one.at) }, 0);
    return readStored({ profiles }, customer);
  }
  return undefined;
}

/**
 * One attempt. Returns undefined on a conflicting write, or if a touchpoint or a link was added
 * since the first read.
 */
async function tryToRebuild(rebuilding: Rebuilding, stored: VersionedProfile): Promise<Rebuilt | undefined> {
  const { profiles, rulesOf } = rebuilding;
  const pass = await foldAll(rebuilding, stored.profile, await rulesOf(stored.profile.workspace));
  if (pass.unreadable.length > 0) return { outcome: 'unreadable', rows: pass.unreadable };
  if (!pass.facts) return { outcome: 'unknown' };
  const passed = await passBarriers(rebuilding, stored.profile);
  if (!passed) return { outcome: 'behind' };
  const { profile, rev } = passed;
  if (profile.linked.length !== stored.profile.linked.length) return undefined;
  if ((await digestOf(rebuilding, profile)) !== pass.digest) return undefined;
  const facts = withFacts(profile, pass.facts);
  const next = { ...facts, folded: noted(profile.folded, ownersOf(profile)) };
  if (!(await profiles.save({ profile: next }, rev))) return undefined;
  const changed = !isSame({ ...profile, folded: next.folded }, next);
  return { outcome: 'rebuilt', customer: profile.customer, touchpoints: pass.touchpoints, changed };
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
export async function rebuildCustomer(rebuilding: Rebuilding, customer: Customer): Promise<Rebuilt> {
  for (let tries = 0; tries < maxTries; tries++) {
    const stored = (await readStored(rebuilding, customer)) ?? (await beginProfile(rebuilding, customer));
    if (!stored) return { outcome: 'unknown' };
    const rebuilt = await tryToRebuild(rebuilding, stored);
    if (rebuilt) return rebuilt;
  }
  return { outcome: 'busy' };
}
