import * as z from 'zod';
import { Rejected } from '../../shared/errors.ts';
import { type Moments, rateOf } from '../../statistics/inference/moments.ts';
import { cuped } from '../../statistics/inference/cuped.ts';
import { type Snapshot } from './judge-metric.ts';
import { type ExperimentPlan } from './experiment-plan.ts';

const count = z.int().min(0).max(1e12);
const finite = z.number().min(-1e15).max(1e15);
const squares = z.number().min(0).max(1e30);

/** Count, mean, and sum of squared deviations from the mean. */
const MomentsGiven = z.strictObject({ n: count, mean: finite, m2: squares });

/**
 * Moments together with what was known of each customer before the experiment, which is adjusted
 * for (CUPED).
 */
const PairedGiven = MomentsGiven.extend({
  before: z
    .strictObject({
      mean: finite,
      m2: squares,
      products: z.number().min(-1e30).max(1e30).describe('sum of the products of both deviations'),
    })
    .describe('of the same customers; in every arm or in none, and untouched by the experiment'),
});

/** A rate: how many of the arm's customers did it. */
const SuccessesGiven = z.strictObject({ successes: count });

const MetricGiven = z.union([SuccessesGiven, MomentsGiven, PairedGiven]);
type MetricGiven = z.infer<typeof MetricGiven>;

const ArmGiven = z.strictObject({ customers: count, metrics: z.record(z.string(), MetricGiven) });
type ArmGiven = z.infer<typeof ArmGiven>;

/** What every arm looked like at a moment, from the beginning on. */
export const SnapshotInput = z.record(z.string(), ArmGiven);
export type SnapshotInput = z.infer<typeof SnapshotInput>;

const isPaired = (metric: MetricGiven): metric is z.infer<typeof PairedGiven> => 'before' in metric;

function momentsOf(metric: MetricGiven, customers: number): Moments {
  return 'successes' in metric ? rateOf(metric.successes, customers) : metric;
}

/**
 * Returns the moments of one metric in every arm that has it, adjusted for prior values if they are
 * given.
 */
function momentsByArm(given: [arm: string, ArmGiven][], id: string): Map<string, Moments> {
  const having = given.flatMap(([arm, { customers, metrics }]) => {
    const metric = new Map(Object.entries(metrics)).get(id);
    return metric ? [{ arm, customers, metric }] : [];
  });
  const paired = having.flatMap(({ arm, metric }) => {
    if (!isPaired(metric)) return [];
    const { n, mean, m2, before } = metric;
    const known = { y: { n, mean, m2 }, x: { n, mean: before.mean, m2: before.m2 }, products: before.products };
    return [[arm, known] as const];
  });
  if (paired.length > 0) return cuped(new Map(paired));
  return new Map(having.map(({ arm, customers, metric }) => [arm, momentsOf(metric, customers)]));
}

export function snapshotOf(given: SnapshotInput): Snapshot {
  const arms = Object.entries(given);
  const ids = [...new Set(arms.flatMap(([, { metrics }]) => Object.keys(metrics)))];
  const known = ids.map((id) => [id, momentsByArm(arms, id)] as const);
  const metricsOf = (arm: string) =>
    known.flatMap(([id, moments]) => {
      const own = moments.get(arm);
      return own ? [[id, own] as const] : [];
    });
  return Object.fromEntries(
    arms.map(([arm, { customers }]) => [arm, { customers, metrics: Object.fromEntries(metricsOf(arm)) }]),
  );
}

/** Rounding of sums that were made elsewhere. */
const slack = 1 + 1e-6;

/** Why a metric is none of the plan's, if so. */
function faultOf(metric: MetricGiven, kind: 'rate' | 'mean', customers: number): string | undefined {
  if ('successes' in metric)
    return kind === 'rate' && metric.successes <= customers ? undefined : 'a rate, of the customers of the arm';
  if (!isPaired(metric)) return undefined;
  if (kind === 'rate') return 'with what was known before it is a mean';
  const { m2, before } = metric;
  return Math.abs(before.products) <= Math.sqrt(m2) * Math.sqrt(before.m2) * slack
    ? undefined
    : 'products are no larger than both deviations allow';
}

type Refuse = (hint: string, place?: string) => never;

const refuse: Refuse = (hint, place) => {
  throw new Rejected('experiment.invalid', { ...(place !== undefined && { place }), hint });
};

function checkSnapshot(plan: ExperimentPlan, snapshot: SnapshotInput, place: string): void {
  const arms = new Set(plan.arms.map(({ id }) => id));
  const kinds = new Map([...plan.guardrails, plan.metric].map(({ id, kind }) => [id, kind]));
  const paired = new Map<string, boolean>();
  for (const [arm, { customers, metrics }] of Object.entries(snapshot)) {
    const here = `${place}.${arm}`;
    if (!arms.has(arm)) refuse('the plan has no such arm', here);
    for (const [id, metric] of Object.entries(metrics)) {
      const kind = kinds.get(id) ?? refuse(`no metric "${id}"`, here);
      const fault = faultOf(metric, kind, customers);
      if (fault !== undefined) refuse(`"${id}": ${fault}`, here);
      if ((paired.get(id) ?? isPaired(metric)) !== isPaired(metric))
        refuse(`"${id}": what was known before is given of every arm or of none`, here);
      paired.set(id, isPaired(metric));
    }
  }
}

/**
 * Throws `Rejected('experiment.invalid')` if snapshots do not fit the plan, or are not in order of
 * time.
 */
export function checkSnapshots(plan: ExperimentPlan, snapshots: readonly SnapshotInput[]): void {
  const most = new Map<string, number>();
  for (const [i, snapshot] of snapshots.entries()) {
    checkSnapshot(plan, snapshot, `snapshots[${i}]`);
    const now = new Map(Object.entries(snapshot).map(([arm, { customers }]) => [arm, customers]));
    for (const { id } of plan.arms) {
      const customers = now.get(id) ?? 0;
      if (customers < (most.get(id) ?? 0))
        refuse(
          'fewer customers than before: snapshots come in order of time, each from the beginning on',
          `snapshots[${i}].${id}`,
        );
      most.set(id, customers);
    }
  }
}
