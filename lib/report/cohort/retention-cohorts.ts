import { type Instant, addMs } from '../../shared/time.ts';
import { inOrder, type CustomerPath, type PathTally } from '../paths/customer-path.ts';
import { periodStart, periodOf, type PeriodUnit } from './cohort-period.ts';

/** Customers who joined in one period: `active[k]` of the `customers` did something k periods later; `active[0]` is the period itself. */
export interface Cohort {
  from: Instant;
  customers: number;
  active: number[];
  /** Shares of `customers`, place by place. */
  retention: number[];
}

export interface CohortPlan {
  unit: PeriodUnit;
  /** Touchpoint that a customer joins with; the first of any kind when missing. Who never had it is in no cohort. */
  joins?: string;
  /** Touchpoint that counts as being active; any when missing. */
  active?: string;
  /** Milliseconds the brand's clocks are ahead of UTC, so that its months begin at its midnight. */
  offsetMs?: number;
  /** Milliseconds since 1970 up to which was looked; periods that begin later are not shown. The newest touchpoint when missing. */
  until?: number;
}

interface Counted {
  customers: number;
  active: number[];
}

/**
 * Retention by cohort of joining. Takes one path per customer (cut without a gap), and counts a customer once a period however often it
 * came. Memory grows with the cohorts and periods, not with the customers.
 */
export function countRetention({ unit, joins, active, offsetMs = 0, until }: CohortPlan): PathTally<Cohort[]> {
  const cohorts = new Map<number, Counted>();
  const period = (at: number): number => periodOf[unit](at + offsetMs);
  let newest = -Infinity;

  function add(path: CustomerPath): void {
    const steps = inOrder(path.steps);
    const joined = steps.find(({ name }) => joins === undefined || name === joins)?.at;
    for (const { at } of steps) newest = Math.max(newest, at);
    if (joined === undefined) return;
    const first = period(joined);
    const cohort = cohorts.get(first) ?? { customers: 0, active: [] };
    cohorts.set(first, cohort);
    cohort.customers++;
    const counted = steps.filter(({ name, at }) => at >= joined && (active === undefined || name === active));
    for (const age of new Set(counted.map(({ at }) => period(at) - first))) {
      cohort.active[age] = (cohort.active[age] ?? 0) + 1;
    }
  }

  function shown([first, { customers, active: counts }]: [number, Counted]): Cohort {
    const ages = Math.max(0, period(until ?? newest) - first + 1);
    const all = Array.from({ length: ages }, (_, age) => counts[age] ?? 0);
    const from = addMs(periodStart[unit](first), -offsetMs);
    return { from, customers, active: all, retention: all.map((count) => count / customers) };
  }

  return { add, result: () => [...cohorts].sort(([a], [b]) => a - b).map(shown) };
}
