import { mapConcurrent } from '../../../lib/shared/concurrency.ts';
import { metricLine, writeLine } from '../../../lib/aws/metrics.ts';
import { dueCustomers, type DueList, dueLists } from '../../../lib/churn/due-customers.ts';
import { type CustomerReviewer } from '../../../lib/projection/review-customer.ts';
import { type Table } from '../../../lib/aws/table/dynamo-table.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { partition } from '../../../lib/model/table-keys.ts';
import { type Clock, type Instant } from '../../../lib/shared/time.ts';

interface Dependencies {
  table: Table;
  workspaces: WorkspaceStore;
  reviewer: CustomerReviewer;
  clock: Clock;
}

/** Customers asked for at once, and looked at at once. */
const pageSize = 100;
const lanes = 16;

/** A page is begun only with this much time left: five times what a page takes on a throttled table. Milliseconds. */
const spareMs = 10_000;

/** How often the sweep runs: so each run begins with another list, and a long one never keeps the others waiting for good. */
const everyMs = 15 * 60_000;

/** What a run did. `failed` stay due; `cut` counts lists left for the next run because time was up. */
export type ReviewTotals = Record<'reviewed' | 'not-due' | 'failed' | 'cut', number>;

function turned<T>(all: T[], now: Instant): T[] {
  const start = Math.floor(Date.parse(now) / everyMs) % Math.max(1, all.length);
  return [...all.slice(start), ...all.slice(0, start)];
}

/**
 * Looks at every customer whose review is due, in all workspaces. Silence sends no event, so this is what notices it. It reads the keys
 * of due customers and their profiles, nothing else: a run with nobody due is one query per workspace and shard. Each customer is one
 * conditional write, so a run that dies, overlaps another or reads an index that lags does nothing twice; what a run has no time for
 * is due still.
 */
export function reviewDueCustomers({ table, workspaces, reviewer, clock }: Dependencies) {
  /** One list to its end; false when time was up before. Who was seen in this run is passed over: the index may lag, or a review fail. */
  async function sweepList(list: DueList, swept: ReviewTotals, timeLeft: () => number): Promise<boolean> {
    const upTo = clock.now();
    const seen = new Set<string>();
    for (let passed = 0; timeLeft() > spareMs;) {
      const limit = pageSize + passed;
      const due = await dueCustomers(table, list, { upTo, limit });
      const fresh = due.filter((customer) => !seen.has(partition(customer)));
      await mapConcurrent(fresh, lanes, async (customer) => {
        seen.add(partition(customer));
        try {
          swept[await reviewer.whenDue(customer)]++;
        } catch (error) {
          swept.failed++;
          console.error('review failed', partition(customer), error);
        }
      });
      if (due.length < limit) return true;
      passed = due.length - fresh.length;
    }
    return false;
  }

  return async (_event: unknown, context: { getRemainingTimeInMillis(): number }): Promise<ReviewTotals> => {
    const swept: ReviewTotals = { reviewed: 0, 'not-due': 0, failed: 0, cut: 0 };
    const timeLeft = () => context.getRemainingTimeInMillis();
    for (const list of turned(dueLists(await workspaces.all()), clock.now()))
      if (!(await sweepList(list, swept, timeLeft))) swept.cut++;
    writeLine(metricLine('sweep', swept, { now: Date.parse(clock.now()) }));
    return swept;
  };
}
