import { ifRevision } from '../aws/table/conditions.ts';
import { type Item, type Table } from '../aws/table/dynamo-table.ts';
import { ThroughlineError } from '../shared/errors.ts';
import { conflict, retryOnConflict } from '../shared/retry.ts';
import { keys } from '../model/keys/table-keys.ts';
import { type Clock } from '../shared/time.ts';
import { admit, type HeavyWork, leave, quotas, type Quota, unused, Usage, usedUntil } from './quota-rules.ts';

/** One piece of heavy work. Its id is the same for each attempt to start it. */
export interface WorkPlace {
  workspace: string;
  work: HeavyWork;
  id: string;
}

/** Counts heavy work by workspace. */
export interface QuotaStore {
  /**
   * Counts work before it starts. Idempotent by id while the work runs. Throws
   * `ThroughlineError('throttled', 'quota.exceeded')` with `retryAfterSeconds`. Exact under
   * concurrency, because each write is conditional on the revision read.
   */
  acquire(place: WorkPlace): Promise<void>;
  /**
   * Marks the end of work, successful or not. Idempotent. Without it, as after a crash, the lease
   * expires.
   */
  release(place: WorkPlace): Promise<void>;
  /** Removes work that never started from the count. Idempotent. */
  cancel(place: WorkPlace): Promise<void>;
}

interface StoredUsage {
  usage: Usage;
  /** 0 if there is no row. */
  rev: number;
}

/**
 * Attempts of one write. At most as many writers as the limit compete. Those after them find the
 * limit reached and write nothing.
 */
const maxTries = 12;

/**
 * Returns the row of one kind of work in a workspace. It expires when nothing in it counts any
 * more.
 */
function toRow({ workspace, work }: WorkPlace, { usage, rev }: StoredUsage): Item {
  const ttl = Math.ceil(usedUntil(usage, quotas[work]) / 1_000);
  return { ...keys.quota(workspace, work), rev: rev + 1, doc: JSON.stringify(usage), ttl };
}

const exceeded = ({ work }: WorkPlace, facts: { limit: keyof Quota | 'contended'; retryAfterSeconds: number }) =>
  new ThroughlineError('throttled', 'quota.exceeded', { work, ...facts });

async function readUsage(table: Table, { workspace, work }: WorkPlace): Promise<StoredUsage> {
  const item = await table.get(keys.quota(workspace, work), { consistent: true });
  if (typeof item?.doc !== 'string') return { usage: unused, rev: 0 };
  return { usage: Usage.parse(JSON.parse(item.doc)), rev: Number(item.rev) };
}

/**
 * Writes the usage that `change` returns, on condition of the revision read. Writes nothing for
 * undefined or the same usage.
 */
async function updateUsage(table: Table, place: WorkPlace, change: (usage: Usage) => Usage | undefined): Promise<void> {
  const contended = (): Error => exceeded(place, { limit: 'contended', retryAfterSeconds: 1 });
  await retryOnConflict({ maxTries, contended }, async () => {
    const { usage, rev } = await readUsage(table, place);
    const next = change(usage);
    if (!next || next === usage) return undefined;
    const isWritten = await table.put(toRow(place, { usage: next, rev }), ifRevision(rev));
    return isWritten ? undefined : conflict;
  });
}

/** Returns the usage with the work counted. Throws `quota.exceeded` if a limit is reached. */
function addWork(usage: Usage, place: WorkPlace, now: number): Usage {
  const admission = admit(usage, quotas[place.work], { id: place.id, now });
  if (!('usage' in admission)) throw exceeded(place, admission);
  return admission.usage;
}

/** Creates the store of quotas in a table. */
export function quotaStore(table: Table, clock: Clock): QuotaStore {
  return {
    acquire: (place) => updateUsage(table, place, (usage) => addWork(usage, place, Date.parse(clock.now()))),
    release: (place) => updateUsage(table, place, (usage) => leave(usage, place.id, false)),
    cancel: (place) => updateUsage(table, place, (usage) => leave(usage, place.id, true)),
  };
}

/** Runs work and counts it while it runs. A failed release is logged, and the lease expires. */
export async function withinQuota<T>(store: QuotaStore, place: WorkPlace, work: () => Promise<T>): Promise<T> {
  await store.acquire(place);
  try {
    return await work();
  } finally {
    await releaseQuietly(store, place);
  }
}

/** Releases work that has ended durably. A failure is logged only, because the result stands. */
export async function releaseQuietly(store: Pick<QuotaStore, 'release'>, place: WorkPlace): Promise<void> {
  await store.release(place).catch((error: unknown) => console.error('quota not released', place, error));
}
