import { type Item, type Table } from '../aws/table/dynamo-table.ts';
import { ThroughlineError } from '../shared/errors.ts';
import { keys } from '../model/table-keys.ts';
import { type Clock } from '../shared/time.ts';
import { admit, type HeavyWork, leave, quotas, type Quota, unused, Usage, usedUntil } from './quota.ts';

/** One piece of heavy work. Its id is the same for each try to begin it. */
export interface WorkPlace {
  workspace: string;
  work: HeavyWork;
  id: string;
}

export interface QuotaStore {
  /**
   * Counts work that is about to begin. Idempotent by id while the work is under way. Throws `ThroughlineError('throttled',
   * 'quota.exceeded')` with `retryAfterSeconds`. Exact under concurrency: each write is conditional on the revision it was decided on.
   */
  acquire(place: WorkPlace): Promise<void>;
  /** The work has ended, well or badly. Safe to repeat. Where it never comes, as after a crash, the lease runs out. */
  release(place: WorkPlace): Promise<void>;
  /** The work never began: it is not counted. Safe to repeat. */
  cancel(place: WorkPlace): Promise<void>;
}

interface Row {
  usage: Usage;
  rev: number;
}

/**
 * Tries of one write. As many of one workspace as its limit write at the same moment; who comes after those finds the limit reached and
 * writes nothing.
 */
const maxTries = 12;

/** The row of one kind of work in one workspace. It is gone when nothing of it counts any more. */
function rowOf({ workspace, work }: WorkPlace, { usage, rev }: Row): Item {
  const ttl = Math.ceil(usedUntil(usage, quotas[work]) / 1_000);
  return { ...keys.quota(workspace, work), rev: rev + 1, doc: JSON.stringify(usage), ttl };
}

const unchanged = (rev: number) =>
  rev === 0 ? { expression: 'attribute_not_exists(pk)' } : { expression: 'rev = :rev', values: { ':rev': rev } };

const exceeded = ({ work }: WorkPlace, facts: { limit: keyof Quota | 'contended'; retryAfterSeconds: number }) =>
  new ThroughlineError('throttled', 'quota.exceeded', { work, ...facts });

/** Stands for a row that has no revision yet. */
const noRow: Row = { usage: unused, rev: 0 };

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
      if (await table.put(rowOf(place, { usage: next, rev }), unchanged(rev))) return;
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

/** Does work that counts while it is done. A release that fails is logged: the lease runs out. */
export async function withinQuota<T>(store: QuotaStore, place: WorkPlace, work: () => Promise<T>): Promise<T> {
  await store.acquire(place);
  try {
    return await work();
  } finally {
    await releaseQuietly(store, place);
  }
}

/** For work that has ended durably: what was done stands, whether it is noted here or not. */
export async function releaseQuietly(store: Pick<QuotaStore, 'release'>, place: WorkPlace): Promise<void> {
  await store.release(place).catch((error: unknown) => console.error('quota not released', place, error));
}
