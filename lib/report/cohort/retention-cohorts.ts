import { type Instant, addMs } from '../../shared/time.ts';
import { inOrder, type CustomerPath, type PathTally } from '../paths/customer-path.ts';
import { periodStart, periodOf, type PeriodUnit } from './cohort-period.ts';

/**
 * Customers who joined in one period. `active[k]` of the `customers` were active k periods later;
 * `active[0]` is the period itself.
 */
export interface Cohort {
  from: Instant;
  customers: number;
  active: number[];
  /** Shares of `customers`, place by place. */
  retention: number[];
}

export interface CohortPlan {
  unit: PeriodUnit;
  /**
   * Touchpoint that a customer joins with. Default: the first of any kind. A customer without it is
   * in no cohort.
   */
  joins?: string;
  /** Touchpoint that counts as being active; any when missing. */
  active?: string;
  /** Milliseconds the brand's clocks are ahead of UTC, so that its months begin at its midnight. */
  offsetMs?: number;
  /**
   * End of the time, ms since 1970. Periods that begin later are not shown. Default: the newest
   * touchpoint.
   */
  until?: number;
}

interface CohortCounts {
  customers: number;
  active: number[];
}

/**
 * The cohorts by period that are counted while customers pass. `newest` is the latest touchpoint.
 */
interface CountedCohorts {
  byPeriod: Map<number, CohortCounts>;
  newest: number;
}

const periodAt = ({ unit, offsetMs = 0 }: CohortPlan, at: number): number => periodOf[unit](at + offsetMs);

function countCustomer(cohorts: CountedCohorts, plan: CohortPlan, path: CustomerPath): void {
  const { joins, active } = plan;
  const steps = inOrder(path.steps);
  const joined = steps.find(({ name }) => joins === undefined || name === joins)?.at;
  for (const { at } of steps) cohorts.newest = Math.max(cohorts.newest, at);
  if (joined === undefined) return;
  const first = periodAt(plan, joined);
  const cohort = cohorts.byPeriod.get(first) ?? { customers: 0, active: [] };
  cohorts.byPeriod.set(first, cohort);
  cohort.customers++;
  const counted = steps.filter(({ name, at }) => at >= joined && (active === undefined || name === active));
  for (const age of new Set(counted.map(({ at }) => periodAt(plan, at) - first)))
    cohort.active[age] = (cohort.active[age] ?? 0) + 1;
}

/** Returns a cohort with a count for each period up to `until`. */
function showCohort(plan: CohortPlan, until: number, [first, counts]: [number, CohortCounts]): Cohort {
  const { customers } = counts;
  const ages = Math.max(0, periodAt(plan, until) - first + 1);
  const active = Array.from({ length: ages }, (_, age) => counts.active[age] ?? 0);
  const from = addMs(periodStart[plan.unit](first), -(plan.offsetMs ?? 0));
  return { from, customers, active, retention: active.map((count) => count / customers) };
}

/**
 * Counts retention by cohort of joining. Takes one path per customer, cut without a gap, and counts
 * a customer once a period. Memory grows with cohorts and periods, not with customers.
 */
export function countRetention(plan: CohortPlan): PathTally<Cohort[]> {
  const cohorts: CountedCohorts = { byPeriod: new Map(), newest: -Infinity };
  return {
    add: (path) => countCustomer(cohorts, plan, path),
    result: () =>
      [...cohorts.byPeriod]
        .sort(([a], [b]) => a - b)
        .map((cohort) => showCohort(plan, plan.until ?? cohorts.newest, cohort)),
  };
}
