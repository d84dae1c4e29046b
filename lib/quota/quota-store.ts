import { type Item, type Table } from '../aws/table/dynamo-table.ts';
import { ThroughlineError } from '../shared/errors.ts';
import { keys } from '../model/keys/table-keys.ts';
import { type Clock } from '../shared/time.ts';
import { admit, type HeavyWork, leave, quotas, type Quota, unused, Usage, usedUntil } from './quota.ts';
import { ifRevision } from '../aws/table/conditions.ts';

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

interface Row {
  usage: Usage;
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
function rowOf({ workspace, work }: WorkPlace, { usage, rev }: Row): Item {
  const ttl = Math.ceil(usedUntil(usage, quotas[work]) / 1_000);
  return { ...keys.quota(workspace, work), rev: rev + 1, doc: JSON.stringify(usage), ttl };
}

const exceeded = ({ work }: WorkPlace, facts: { limit: keyof Quota | 'contended'; retryAfterSeconds: number }) =>
  new ThroughlineError('throttled', 'quota.exceeded', { work, ...facts });

/**
 * The initial state, before a row exists. Writes the usage returned by `change`, conditional on the
 * revision read.
 */
const noRow: Row = { usage: unused, rev: 0 };

/** The store over the table. */
export function quotaStore(table: Table, clock: Clock): QuotaStore {
  async function read({ workspace, work }: WorkPlace): Promise<Row> {
    const item = await table.get(keys.quota(workspace, work), { consistent: true });
    return typeof item?.doc === 'string' ? { usage: Usage.parse(JSON.parse(item.doc)), rev: Number(item.rev) } : noRow;
  }

  /** Writes what `change` makes of the usage, over the revision that it was made of. */
  async function update(place: WorkPlace, change: (usage: Usage) => Usage | undefined): Promise<void> {
    for (let tries = 0; tries < maxTries; tries++) {
      const { usage, rev } = await read(place);
      const next = change(usage);
      if (!next || next === usage) return;
      if (await table.put(rowOf(place, { usage: next, rev }), ifRevision(rev))) return;
    }
    throw exceeded(place, { limit: 'contended', retryAfterSeconds: 1 });
  }

  const end = (place: WorkPlace, undone: boolean): Promise<void> =>
    update(place, (usage) => leave(usage, place.id, undone));

  return {
    acquire: (place) =>
      update(place, (usage) => {
        const admission = admit(usage, quotas[place.work], { id: place.id, now: Date.parse(clock.now()) });
        if (!('usage' in admission)) throw exceeded(place, admission);
        return admission.usage;
      }),
    release: (place) => end(place, false),
    cancel: (place) => end(place, true),
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
