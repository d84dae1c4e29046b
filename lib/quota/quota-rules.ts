import * as z from 'zod';
import { dayMs, hourMs, minuteMs } from '../shared/time.ts';
import { omitBy } from '../shared/records.ts';

/** Kinds of work that are heavy enough to need a quota. */
export const HeavyWork = z.enum(['report', 'simulation', 'training', 'import']);
export type HeavyWork = z.infer<typeof HeavyWork>;

/** The quota of one kind of work in a workspace. */
export interface Quota {
  /** Limit of concurrent work. Missing if the work has a rule of its own. */
  concurrent?: number;
  /** Limit of starts within `withinMs`. */
  starts: number;
  withinMs: number;
  /** Time after which unreleased work counts as crashed, ms. Longer than it can take. */
  leaseMs: number;
  /** Delay of a retry if too much runs concurrently, seconds: about the duration of one. */
  retrySeconds: number;
}

/**
 * A report reads the whole workspace, up to 15 minutes and three tries; five are a dashboard. A
 * simulation uses a processor for up to 20 s. A training takes minutes on three processors, one at
 * a time. An import writes as fast as the table allows. 1,000 workspaces at these limits exceed an
 * account.
 */
export const quotas: Record<HeavyWork, Quota> = {
  report: { concurrent: 5, starts: 60, withinMs: hourMs, leaseMs: hourMs, retrySeconds: 30 },
  simulation: { concurrent: 3, starts: 120, withinMs: hourMs, leaseMs: minuteMs, retrySeconds: 10 },
  training: { starts: 6, withinMs: dayMs, leaseMs: minuteMs, retrySeconds: 600 },
  import: { concurrent: 1, starts: 10, withinMs: hourMs, leaseMs: hourMs, retrySeconds: 60 },
};

/** The work of one kind that runs in a workspace, and the times of its starts, ms since 1970. */
export const Usage = z.object({
  leases: z.record(z.string(), z.object({ at: z.number(), until: z.number() })),
  starts: z.array(z.number()),
});
export type Usage = z.infer<typeof Usage>;

/** The usage of a workspace that has started no work. */
export const unused: Usage = { leases: {}, starts: [] };

/** The usage with the new work, or the limit that refuses it and when to try again. */
export type Admission = { usage: Usage } | { retryAfterSeconds: number; limit: 'concurrent' | 'starts' };

/** Returns the usage without expired leases and starts. */
function current({ leases, starts }: Usage, { withinMs }: Quota, now: number): Usage {
  return {
    leases: omitBy(leases, ({ until }) => until <= now),
    starts: starts.filter((at) => at > now - withinMs),
  };
}

/**
 * Decides whether work may start at `now`, and returns the new usage. Idempotent by id while the
 * work runs.
 */
export function admit(usage: Usage, quota: Quota, { id, now }: { id: string; now: number }): Admission {
  const { leases, starts } = current(usage, quota, now);
  if (Object.hasOwn(leases, id)) return { usage };
  const [oldest = now] = starts;
  if (starts.length >= quota.starts)
    return { limit: 'starts', retryAfterSeconds: Math.ceil((oldest + quota.withinMs - now) / 1_000) };
  if (quota.concurrent !== undefined && Object.keys(leases).length >= quota.concurrent)
    return { limit: 'concurrent', retryAfterSeconds: quota.retrySeconds };
  const lease = { at: now, until: now + quota.leaseMs };
  return { usage: { leases: { ...leases, [id]: lease }, starts: [...starts, now] } };
}

/**
 * Returns the usage after work has ended, without its start if `undone`. Undefined if it is not
 * running.
 */
export function leave({ leases, starts }: Usage, id: string, undone: boolean): Usage | undefined {
  const { [id]: lease, ...others } = leases;
  if (!lease || !Object.hasOwn(leases, id)) return undefined;
  const index = starts.indexOf(lease.at);
  return { leases: others, starts: undone && index >= 0 ? starts.toSpliced(index, 1) : starts };
}

/** Returns when nothing in the usage counts any more, ms since 1970. */
export function usedUntil({ leases, starts }: Usage, { withinMs }: Quota): number {
  const ends = Object.values(leases).map(({ until }) => until);
  return Math.max(0, ...ends, ...starts.map((at) => at + withinMs));
}
