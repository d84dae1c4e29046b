import { mergeMoments, type Moments, noMoments } from '../../statistics/inference/moments.ts';
import { alwaysValidP, confidenceSequence } from '../../statistics/sequential/always-valid.ts';
import { boundsAt } from '../../statistics/sequential/boundaries.ts';
import { compare, type Comparison, type Pair } from '../../statistics/inference/compare-metrics.ts';
import { type Method, type Metric } from './experiment-plan.ts';

/** One arm at a moment: customers in it, and moments of every metric by its id. */
export interface ArmSnapshot {
  customers: number;
  metrics: Readonly<Record<string, Moments>>;
}

/**
 * All arms at one time, by id. With planned looks a snapshot is taken at each look and at no other
 * time.
 */
export type Snapshot = Readonly<Record<string, ArmSnapshot>>;

const own = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

export const customersIn = (snapshot: Snapshot, arm: string): number => own(snapshot, arm)?.customers ?? 0;

/** Returns the moments of a metric, or none if the arm or metric was not seen yet. */
const momentsIn = (metrics: ArmSnapshot['metrics'] | undefined, id: string): Moments =>
  (metrics && own(metrics, id)) ?? noMoments;

/**
 * A variant against the control: the estimate, an interval valid for the looks taken, and whether
 * it differs.
 */
export interface MetricJudgement {
  difference: number;
  interval: [number, number];
  /** Missing if the method has no p value that is valid alone. */
  p?: number;
  called: boolean;
}

export interface MetricCase {
  metric: Metric;
  method: Method;
  control: string;
  variant: string;
  /** Error allowed to this comparison. */
  alpha: number;
  /** Smallest effect worth finding in this metric. */
  effect: number;
}

export function customersPerArm(snapshot: Snapshot): number {
  return Object.values(snapshot).reduce((sum, { customers }) => sum + customers, 0);
}

/** Share of the planned customers that is there; 0 where none are planned. */
export function experimentProgress(method: Method, snapshot: Snapshot): number {
  return method.kind === 'always-valid' ? 0 : customersPerArm(snapshot) / method.size;
}

/** Default effect: this part of the metric's value. */
const tenth = 0.1;

/**
 * Returns a tenth of the metric's value over all arms when it was first seen, 0 before. It then
 * stays fixed. The shared level says nothing about differences between arms, so the error of the
 * tests is kept.
 */
export function defaultEffect({ id }: Metric, snapshots: readonly Snapshot[]): number {
  for (const snapshot of snapshots) {
    const { mean } = Object.values(snapshot).reduce(
      (sum, arm) => mergeMoments(sum, momentsIn(arm.metrics, id)),
      noMoments,
    );
    if (mean !== 0) return tenth * Math.abs(mean);
  }
  return 0;
}

function pairOf({ metric, control, variant }: MetricCase, snapshot: Snapshot): Pair {
  const of = (arm: string) => momentsIn(own(snapshot, arm)?.metrics, metric.id);
  return { control: of(control), variant: of(variant) };
}

const isFilled = ({ control, variant }: Pair): boolean => control.n > 0 && variant.n > 0;

const unknown: MetricJudgement = { difference: 0, interval: [-Infinity, Infinity], called: false };

/** What the last of a method's comparisons come to: `pairs` are never empty. */
type Rule = (one: MetricCase, pairs: Pair[], snapshots: readonly Snapshot[]) => MetricJudgement;

const last = <T>(all: readonly T[], fallback: T): T => all.at(-1) ?? fallback;

function fixed({ metric, method, alpha }: MetricCase, pairs: Pair[], snapshots: readonly Snapshot[]): MetricJudgement {
  const { difference, interval, p } = compare[metric.kind](
    last(pairs, { control: noMoments, variant: noMoments }),
    alpha,
  );
  return { difference, interval, p, called: experimentProgress(method, last(snapshots, {})) >= 1 && p <= alpha };
}

const around = ({ difference, variance }: Comparison, bound: number): [number, number] => {
  const width = bound * Math.sqrt(variance);
  return Number.isFinite(width) ? [difference - width, difference + width] : [-Infinity, Infinity];
};

/**
 * Judges by the repeated confidence interval of Jennison & Turnbull (1989), valid at every look.
 * The look that called counts.
 */
function groupSequential(one: MetricCase, pairs: Pair[], snapshots: readonly Snapshot[]): MetricJudgement {
  const { metric, method, alpha } = one;
  if (method.kind !== 'group-sequential') return unknown;
  const reached = snapshots.map((snapshot) => experimentProgress(method, snapshot));
  const bounds = boundsAt({ ...method, alpha }, reached);
  const compared = pairs.map((pair) => compare[metric.kind](pair, alpha));
  const stopped = compared.findIndex(({ statistic }, i) => Math.abs(statistic) >= (bounds[i] ?? Infinity));
  const place = stopped === -1 ? compared.length - 1 : stopped;
  const at = compared[place];
  if (!at) return unknown;
  return { difference: at.difference, interval: around(at, bounds[place] ?? Infinity), called: stopped !== -1 };
}

function alwaysValid({ metric, alpha, effect }: MetricCase, pairs: Pair[]): MetricJudgement {
  const judgement: MetricJudgement = { ...unknown, interval: [-Infinity, Infinity], p: 1 };
  for (const pair of pairs) {
    const { difference, variance } = compare[metric.kind](pair, alpha);
    const evidence = { difference, variance, mixing: effect ** 2, alpha };
    const [low, high] = confidenceSequence(evidence);
    judgement.difference = difference;
    judgement.p = Math.min(judgement.p ?? 1, alwaysValidP(evidence));
    const common: [number, number] = [Math.max(judgement.interval[0], low), Math.min(judgement.interval[1], high)];
    judgement.interval = common[0] <= common[1] ? common : [low, high]; // nothing in common: the effect changed with time
  }
  return { ...judgement, called: (judgement.p ?? 1) <= alpha };
}

const rules: Record<Method['kind'], Rule> = {
  fixed,
  'group-sequential': groupSequential,
  'always-valid': alwaysValid,
};

/** Judges one variant on one metric by the plan's method, from the snapshots in order of time. */
export function judgeMetric(one: MetricCase, snapshots: readonly Snapshot[]): MetricJudgement {
  const filled = snapshots.filter((snapshot) => isFilled(pairOf(one, snapshot)));
  if (filled.length === 0) return unknown;
  return rules[one.method.kind](
    one,
    filled.map((snapshot) => pairOf(one, snapshot)),
    filled,
  );
}
