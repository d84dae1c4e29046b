import { describe, expect, test } from 'vitest';
import { admit, type HeavyWork, leave, quotas, type Quota, unused, type Usage } from '../../lib/quota/quota-rules.ts';
import { type QuotaStore, quotaStore, withinQuota } from '../../lib/quota/quota-store.ts';
import { addMs } from '../../lib/shared/time.ts';
import { onEachEngine } from '../support/tables.ts';

const quota: Quota = { concurrent: 2, starts: 3, withinMs: 1_000, leaseMs: 500, retrySeconds: 7 };

/** Usage after work of these ids was asked for, each at its time. */
function asked(...all: [id: string, now: number][]): Usage {
  return all.reduce((usage, [id, now]) => {
    const admission = admit(usage, quota, { id, now });
    return 'usage' in admission ? admission.usage : usage;
  }, unused);
}

describe('a decision', () => {
  test('lets in as many at once as there may be', () => {
    const usage = asked(['a', 0], ['b', 0]);
    expect(admit(usage, quota, { id: 'c', now: 1 })).toEqual({ limit: 'concurrent', retryAfterSeconds: 7 });
    expect(admit(leave(usage, 'a', false)!, quota, { id: 'c', now: 1 })).toHaveProperty('usage');
  });

  test('the same id again is let in, and counted once', () => {
    const usage = asked(['a', 0], ['b', 0]);
    expect(admit(usage, quota, { id: 'a', now: 1 })).toEqual({ usage });
  });

  test('work that never said that it ended counts until its lease runs out', () => {
    const usage = asked(['a', 0], ['b', 0]);
    expect(admit(usage, quota, { id: 'c', now: 499 })).not.toHaveProperty('usage');
    expect(admit(usage, quota, { id: 'c', now: 500 })).toHaveProperty('usage');
  });

  test('past the starts of a time it says when the oldest of them counts no more', () => {
    const usage = asked(['a', 0], ['b', 0], ['c', 600]);
    expect(Object.keys(usage.leases)).toEqual(['c']);
    expect(admit(usage, quota, { id: 'd', now: 700 })).toEqual({ limit: 'starts', retryAfterSeconds: 1 });
    expect(admit(usage, quota, { id: 'd', now: 1_000 })).toHaveProperty('usage');
  });

  test('work that never began is not counted, and ending twice changes nothing', () => {
    const usage = asked(['a', 0], ['b', 10]);
    expect(leave(usage, 'b', true)).toEqual(asked(['a', 0]));
    expect(leave(usage, 'b', false)!.starts).toEqual([0, 10]);
    expect(leave(asked(['a', 0]), 'b', false)).toBeUndefined();
  });
});

const start = '2026-03-01T12:00:00.000Z';
let workspaces = 0;

onEachEngine(({ table }) => {
  function aStore() {
    const clock = { time: start, now: (): string => clock.time };
    const workspace = `w${workspaces++}`;
    const store: QuotaStore = quotaStore(table(), clock);
    const place = (id: string, work: HeavyWork = 'report') => ({ workspace, work, id });
    return { store, place, passes: (ms: number) => (clock.time = addMs(clock.time, ms)) };
  }

  const isIn = (attempt: Promise<void>): Promise<boolean> =>
    attempt.then(
      () => true,
      () => false,
    );

  test('of thirty requests at one moment exactly as many are let in as there may be', async () => {
    const { store, place } = aStore();
    const all = await Promise.all(Array.from({ length: 30 }, (_, i) => isIn(store.acquire(place(`r${i}`)))));
    expect(all.filter(Boolean)).toHaveLength(quotas.report.concurrent!);
  });

  test('what is refused is 429 and says when to come again; workspaces and kinds of work are apart', async () => {
    const { store, place } = aStore();
    await store.acquire(place('i', 'import'));
    await expect(store.acquire(place('j', 'import'))).rejects.toMatchObject({
      ...{ status: 429, code: 'quota.exceeded' },
      facts: { work: 'import', limit: 'concurrent', retryAfterSeconds: 60 },
    });
    await store.acquire(place('j', 'report'));
    await store.acquire({ ...place('j', 'import'), workspace: `w${workspaces++}` });
  });

  test('thirty requests under one id are one piece of work', async () => {
    const { store, place } = aStore();
    const all = await Promise.all(Array.from({ length: 30 }, () => isIn(store.acquire(place('same', 'import')))));
    expect(all.every(Boolean)).toBe(true);
    await store.release(place('same', 'import'));
    await store.release(place('same', 'import'));
    await store.acquire(place('next', 'import'));
  });

  test('work that fails is released; of a process that died the lease runs out', async () => {
    const { store, place, passes } = aStore();
    const failing = withinQuota(store, place('a', 'import'), () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    await store.acquire(place('died', 'import'));
    expect(await isIn(store.acquire(place('b', 'import')))).toBe(false);
    passes(quotas.import.leaseMs);
    expect(await isIn(store.acquire(place('b', 'import')))).toBe(true);
  });

  test('what was cancelled does not count among the starts', async () => {
    const { store, place } = aStore();
    for (let i = 0; i < quotas.import.starts + 5; i++) {
      await store.acquire(place(`c${i}`, 'import'));
      await store.cancel(place(`c${i}`, 'import'));
    }
    for (let i = 0; i < quotas.import.starts; i++) {
      await store.acquire(place(`d${i}`, 'import'));
      await store.release(place(`d${i}`, 'import'));
    }
    expect(await isIn(store.acquire(place('e', 'import')))).toBe(false);
  });
});
