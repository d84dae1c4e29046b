import * as z from 'zod';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { type SendTimeStatsStore } from '#lib/decision/timing/send-time-stats-store.ts';
import { type ReadHistories } from '#lib/decision/timing/contact-history-store.ts';
import { learnSendTimes } from '#lib/decision/timing/learn-send-times.ts';
import { type ReadLog } from '#lib/decision/policies/decision-log-store.ts';
import { type Placement } from '#lib/decision/placements/placement.ts';
import { type PlacementStore } from '#lib/decision/placements/placement-store.ts';
import { type PolicyRecord } from '#lib/decision/policies/policy.ts';
import { type PolicyStore } from '#lib/decision/policies/policy-store.ts';
import { type OfferStats, shownIn } from '#lib/decision/beliefs/offer-beliefs.ts';
import { reviewPolicy } from '#lib/decision/policies/review-policy.ts';
import { type ReadStats } from '#lib/decision/beliefs/offer-stats-store.ts';
import { events } from '#lib/model/bus-events.ts';
import { type Customer } from '#lib/model/customer.ts';
import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type Clock } from '#lib/shared/time.ts';

interface Dependencies {
  workspaces: Pick<WorkspaceStore, 'all' | 'settings'>;
  placements: PlacementStore;
  policies: PolicyStore;
  stats: ReadStats;
  log: ReadLog;
  habits: SendTimeStatsStore;
  histories: ReadHistories;
  clock: Clock;
}

/**
 * Time that must be left before a placement is reviewed, ms: twice the time of one with a plan and
 * a full log.
 */
const spareMs = 120_000;

/**
 * Counts of placements in one run: reviewed (`judged`), policy replaced, nothing new (`idle`),
 * `failed`, and `cut` for lack of time.
 */
export type TuningTotals = Record<'judged' | 'replaced' | 'idle' | 'failed' | 'cut', number>;

const Changed = z.object({ 'detail-type': z.literal('PlacementChanged'), detail: events.PlacementChanged });

/** Whether a review is due: offers were shown since the last one, or the plan's length changed. */
function isDue({ plan }: Placement, { course, judgedThrough }: PolicyRecord, stats: OfferStats): boolean {
  return shownIn(stats) !== judgedThrough || course?.decisions !== plan?.decisions;
}

/** One run: its counts, and the time left of it, ms. */
interface TuningRun {
  totals: TuningTotals;
  timeLeft: () => number;
}

/** Returns the customers in the recent log, or none if no review was due. */
async function review(
  { policies, stats, log, clock }: Dependencies,
  { workspace, placement }: { workspace: string; placement: Placement },
  totals: TuningTotals,
): Promise<Customer[]> {
  const { id } = placement;
  const [record, offerStats] = await Promise.all([policies.get(workspace, id), stats(workspace, id)]);
  if (!isDue(placement, record, offerStats)) {
    totals.idle++;
    return [];
  }
  const now = clock.now();
  const { showings, customers } = await log(workspace, placement, now);
  const reviewed = reviewPolicy({ placement, record, stats: offerStats, log: showings, now });
  await policies.save(workspace, id, reviewed);
  totals[reviewed.current.version === record.current.version ? 'judged' : 'replaced']++;
  return customers;
}

/** Reviews a placement. A failure is logged and does not stop the others. */
async function tryReview(
  dependencies: Dependencies,
  subject: { workspace: string; placement: Placement },
  totals: TuningTotals,
): Promise<Customer[]> {
  try {
    return await review(dependencies, subject, totals);
  } catch (error) {
    totals.failed++;
    console.error('placement not tuned', subject.workspace, subject.placement.id, error);
    return [];
  }
}

/**
 * Learns send-time statistics from the customers in the reviewed logs; reads nothing without one.
 */
async function learnHabits(
  { workspaces, habits, histories, clock }: Dependencies,
  workspace: string,
  customers: Customer[],
): Promise<void> {
  const settings = customers.length > 0 ? await workspaces.settings(workspace) : undefined;
  if (!settings) return;
  const now = clock.now();
  await habits.save(workspace, learnSendTimes(await histories(customers, settings, now), now));
}

async function tuneWorkspace(
  dependencies: Dependencies,
  workspace: string,
  { totals, timeLeft }: TuningRun,
): Promise<void> {
  const customers = new Map<string, Customer>();
  for (const placement of await dependencies.placements.all(workspace)) {
    if (timeLeft() < spareMs) {
      totals.cut++;
      continue;
    }
    const seen = await tryReview(dependencies, { workspace, placement }, totals);
    for (const one of seen) customers.set(one.customer, one);
  }
  if (timeLeft() >= spareMs) await learnHabits(dependencies, workspace, [...customers.values()]);
}

async function tuneAll(dependencies: Dependencies, run: TuningRun): Promise<void> {
  for (const workspace of await dependencies.workspaces.all()) await tuneWorkspace(dependencies, workspace, run);
}

/** Reviews the placement that an event names. A failure is thrown, so that the event is retried. */
async function tuneChanged(
  dependencies: Dependencies,
  { workspace, placement: id }: z.infer<typeof Changed>['detail'],
  totals: TuningTotals,
): Promise<void> {
  const placement = await dependencies.placements.get(workspace, id);
  if (placement) await review(dependencies, { workspace, placement }, totals);
}

/**
 * Reviews placements, all of them at night and one at once after it changed: evaluates the policy
 * on the log, tunes a candidate, replaces the policy if the candidate is surely better. A placement
 * without news costs one query. Decisions do not depend on it. After a crash the next run continues
 * with what is still due.
 */
export function tunePolicies(dependencies: Dependencies) {
  return async (event: unknown, context: { getRemainingTimeInMillis(): number }): Promise<TuningTotals> => {
    const totals: TuningTotals = { judged: 0, replaced: 0, idle: 0, failed: 0, cut: 0 };
    const changed = Changed.safeParse(event);
    if (changed.success) await tuneChanged(dependencies, changed.data.detail, totals);
    else await tuneAll(dependencies, { totals, timeLeft: () => context.getRemainingTimeInMillis() });
    writeLine(metricLine('tune', totals, { now: Date.parse(dependencies.clock.now()) }));
    return totals;
  };
}
