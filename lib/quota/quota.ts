import * as z from 'zod';

/** Work that is too heavy to be asked for without a bound: a workspace's share of it is counted. */
export const HeavyWork = z.enum(['report', 'simulation', 'training', 'import']);
export type HeavyWork = z.infer<typeof HeavyWork>;

/** How much of one kind of work a workspace may ask for. */
export interface Quota {
  /** At the same time. Missing where the work has a rule of its own for that. */
  concurrent?: number;
  /** Begun within a time. */
  starts: number;
  withinMs: number;
  /** Time after which work that has not said that it ended counts as crashed. Longer than it can take. Milliseconds. */
  leaseMs: number;
  /** How soon it is worth while to ask again where too much runs at the same time: about how long one takes. Seconds. */
  retrySeconds: number;
}

const minute = 60_000;
const hour = 60 * minute;

/**
 * A report reads the whole workspace, up to 15 minutes and three tries: five at once are a page of a dashboard. A simulation is a processor
 * for up to 20 seconds. A training exports the table, learns for minutes on three processors and is one at a time by its own state. An import
 * writes as fast as the table takes it. The figures are per workspace: 1,000 workspaces at their limits are more than an account has.
 */
export const quotas: Record<HeavyWork, Quota> = {
  report: { concurrent: 5, starts: 60, withinMs: hour, leaseMs: hour, retrySeconds: 30 },
  simulation: { concurrent: 3, starts: 120, withinMs: hour, leaseMs: minute, retrySeconds: 10 },
  training: { starts: 6, withinMs: 24 * hour, leaseMs: minute, retrySeconds: 600 },
  import: { concurrent: 1, starts: 10, withinMs: hour, leaseMs: hour, retrySeconds: 60 },
};

/** What a workspace has under way of one kind of work, and when it began what, in milliseconds since 1970. */
export const Usage = z.object({
  leases: z.record(z.string(), z.object({ at: z.number(), until: z.number() })),
  starts: z.array(z.number()),
});
export type Usage = z.infer<typeof Usage>;

export const unused: Usage = { leases: {}, starts: [] };

export type Admission = { usage: Usage } | { retryAfterSeconds: number; limit: 'concurrent' | 'starts' };

/** The usage without what is over: leases that have run out, starts that count no more. */
function current({ leases, starts }: Usage, { withinMs }: Quota, now: number): Usage {
  return {
    leases: Object.fromEntries(Object.entries(leases).filter(([, { until }]) => until > now)),
    starts: starts.filter((at) => at > now - withinMs),
  };
}

/**
 * Whether work of an id may begin at `now`, and the usage then. The same id again is admitted and changes nothing while the work is under
 * way.
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

/** The usage after work of an id has ended; `undone` where it never began. Undefined where it is not under way. */
export function leave({ leases, starts }: Usage, id: string, undone: boolean): Usage | undefined {
  const { [id]: lease, ...others } = leases;
  if (!lease || !Object.hasOwn(leases, id)) return undefined;
  const place = starts.indexOf(lease.at);
  return { leases: others, starts: undone && place >= 0 ? starts.toSpliced(place, 1) : starts };
}

/** When nothing of it counts any more. Milliseconds since 1970. */
export function usedUntil({ leases, starts }: Usage, { withinMs }: Quota): number {
  const ends = Object.values(leases).map(({ until }) => until);
  return Math.max(0, ...ends, ...starts.map((at) => at + withinMs));
}
