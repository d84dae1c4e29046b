import { mapConcurrent } from '#lib/shared/concurrency.ts';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { dueCustomers, type DueList, dueLists } from '#lib/churn/due-customers.ts';
import { type CustomerReviewer } from '#lib/projection/review/review-customer.ts';
import { type Table } from '#lib/aws/table/dynamo-table.ts';
import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type Customer } from '#lib/model/customer.ts';
import { partition } from '#lib/model/keys/table-keys.ts';
import { type Clock, type Instant, minuteMs } from '#lib/shared/time.ts';

interface Dependencies {
  table: Table;
  workspaces: WorkspaceStore;
  reviewer: CustomerReviewer;
  clock: Clock;
}

/** Customers a page, and customers reviewed concurrently. */
const pageSize = 100;
const concurrency = 16;

/** Time that must be left before a page is read, ms: five times a page on a throttled table. */
const spareMs = 10_000;

/**
 * Interval of the schedule, ms. Each run starts with another list, so that a long list cannot
 * starve the others.
 */
const everyMs = 15 * minuteMs;

/**
 * Counts of one run. `failed` customers stay due. `cut` counts lists left to the next run for lack
 * of time.
 */
export type ReviewTotals = Record<'reviewed' | 'not-due' | 'failed' | 'cut', number>;

/** Returns the list rotated, so that each run of the schedule starts one further on. */
function rotate<T>(all: T[], now: Instant): T[] {
  const start = Math.floor(Date.parse(now) / everyMs) % Math.max(1, all.length);
  return [...all.slice(start), ...all.slice(0, start)];
}

/** Reviews one customer and counts the outcome. A failure is logged, and the customer stays due. */
async function reviewOne(
  { reviewer }: Pick<Dependencies, 'reviewer'>,
  customer: Customer,
  totals: ReviewTotals,
): Promise<void> {
  try {
    totals[await reviewer.whenDue(customer)]++;
  } catch (error) {
    totals.failed++;
    console.error('review failed', partition(customer), error);
  }
}

/**
 * Reviews one list to its end. Returns false if time ran out. A customer is reviewed once a run,
 * because the index may lag and a failed review stays due.
 */
async function reviewList(
  dependencies: Dependencies,
  list: DueList,
  { totals, timeLeft }: { totals: ReviewTotals; timeLeft: () => number },
): Promise<boolean> {
  const upTo = dependencies.clock.now();
  const reviewed = new Set<string>();
  for (let repeated = 0; timeLeft() > spareMs;) {
    const limit = pageSize + repeated;
    const due = await dueCustomers(dependencies.table, list, { upTo, limit });
    const fresh = due.filter((customer) => !reviewed.has(partition(customer)));
    for (const customer of fresh) reviewed.add(partition(customer));
    await mapConcurrent(fresh, concurrency, (customer) => reviewOne(dependencies, customer, totals));
    if (due.length < limit) return true;
    repeated = due.length - fresh.length;
  }
  return false;
}

/**
 * Reviews every customer whose review is due, in all workspaces. It detects silence, which sends no
 * event. Reads only due keys and their profiles: one query a workspace and shard if none is due.
 * One conditional write a customer, so a crash, an overlapping run or a lagging index repeats
 * nothing.
 */
export function reviewDueCustomers(dependencies: Dependencies) {
  const { workspaces, clock } = dependencies;
  return async (_event: unknown, context: { getRemainingTimeInMillis(): number }): Promise<ReviewTotals> => {
    const totals: ReviewTotals = { reviewed: 0, 'not-due': 0, failed: 0, cut: 0 };
    const timeLeft = () => context.getRemainingTimeInMillis();
    for (const list of rotate(dueLists(await workspaces.all()), clock.now()))
      if (!(await reviewList(dependencies, list, { totals, timeLeft }))) totals.cut++;
    writeLine(metricLine('sweep', totals, { now: Date.parse(clock.now()) }));
    return totals;
  };
}
