import { normalCdf, normalQuantile } from '../distributions/normal.ts';
import { findRoot } from '../numerics/root-finding.ts';
import {
  initialMonitoring,
  continueMonitoring,
  type InterimLook,
  type MonitoringState,
  stoppingChance,
  stoppingChances,
} from './monitoring.ts';

/**
 * Pocock (1977) has the same bound at every look. O'Brien & Fleming (1979) is strict early, and
 * close to a fixed test at the end.
 */
export type BoundaryShape = 'pocock' | 'obrien-fleming';

/** Design of a group-sequential test. */
export interface SequentialDesign {
  shape: BoundaryShape;
  /** Planned number of looks, evenly spaced in the number of customers. */
  looks: number;
  /** Two-sided probability of a false positive. */
  alpha: number;
}

const factors: Record<BoundaryShape, (at: number) => number> = {
  pocock: () => 1,
  'obrien-fleming': (at) => 1 / Math.sqrt(at),
};

/** Returns the shares of the planned information at which the design looks. */
export function plannedLooks({ looks }: SequentialDesign): number[] {
  return Array.from({ length: looks }, (_, i) => (i + 1) / looks);
}

/** Returns the planned looks with the bounds of a constant and a drift. */
export function looksWith({
  design,
  constant,
  drift,
}: {
  design: SequentialDesign;
  constant: number;
  drift: number;
}): InterimLook[] {
  return plannedLooks(design).map((at) => ({ at, bound: constant * factors[design.shape](at), drift }));
}

/** Returns the probability to stop at any look, for a high or a low value. */
export const everStopping = (looks: InterimLook[]): number =>
  stoppingChances(looks).reduce((sum, { high, low }) => sum + high + low, 0);

const known = new Map<string, number>();

/**
 * Returns the constant C(K, α) of the shape (Jennison & Turnbull 2000, tables 2.1 and 2.3), solved
 * to nine digits. It is cached, because it costs milliseconds.
 */
export function constantOf(design: SequentialDesign): number {
  const key = `${design.shape} ${design.looks} ${design.alpha}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const single = normalQuantile(1 - design.alpha / 2);
  const most = normalQuantile(1 - design.alpha / (2 * design.looks)); // Bonferroni is an upper bound
  const excess = (constant: number) => everStopping(looksWith({ design, constant, drift: 0 })) - design.alpha;
  const constant = design.looks === 1 ? single : findRoot(excess, [single, most], 1e-9);
  known.set(key, constant);
  return constant;
}

/** Returns the bounds of |Z| at the planned looks. */
export function computeBoundaries(design: SequentialDesign): number[] {
  return looksWith({ design, constant: constantOf(design), drift: 0 }).map(({ bound }) => bound);
}

/**
 * Error that may be spent until share `at` of the information, half on either side: Lan & DeMets
 * (1983), in either shape.
 */
const allowedError: Record<BoundaryShape, (at: number, alpha: number) => number> = {
  pocock: (at, alpha) => alpha * Math.log(1 + (Math.E - 1) * at),
  'obrien-fleming': (at, alpha) => 4 * normalCdf(normalQuantile(alpha / 4) / Math.sqrt(at)),
};

/**
 * Least information that a look must add to the previous one, as a share. A smaller step adds no
 * insight and costs more to compute.
 */
const leastStep = 0.001;

/** A test under way: its state, and the error spent so far. */
interface Spending {
  state: MonitoringState;
  spent: number;
}

/** Returns the bound at which a look spends the error from `spent` to `allowed`. */
function boundOf({ state, spent }: Spending, at: number, allowed: number): number {
  if (allowed <= spent) return Infinity;
  const excess = (bound: number) => {
    const { high, low } = stoppingChance(state, { at, bound });
    return (high + low) / (allowed - spent) - 1;
  };
  return findRoot(excess, [0, 38], 1e-9);
}

const isTooSoon = (state: MonitoringState, at: number): boolean =>
  at <= state.at || (at < 1 && at - state.at < leastStep);

/** Returns the bound of a look, and moves the test past it. */
function takeLook(spending: Spending, at: number, allowed: number): number {
  const { state } = spending;
  const bound = boundOf(spending, at, allowed);
  // Nothing comes after the whole information.
  spending.state = at < 1 ? continueMonitoring(state, { at, bound }) : { ...state, at };
  spending.spent = allowed;
  return bound;
}

/**
 * Returns bounds for looks at any `fractions` of the information, rising; above 1 counts as 1. Each
 * look spends the error that its fraction allows, so neither number nor times need a plan. A look
 * that adds too little, except the last, has no bound and spends nothing.
 */
export function computeSpentBoundaries(
  { shape, alpha }: Omit<SequentialDesign, 'looks'>,
  fractions: readonly number[],
): number[] {
  const spending: Spending = { state: initialMonitoring, spent: 0 };
  return fractions.map((fraction) => {
    const at = Math.min(1, fraction);
    return isTooSoon(spending.state, at) ? Infinity : takeLook(spending, at, allowedError[shape](at, alpha));
  });
}

/** Largest distance of a look from its plan without new bounds, as a share of the information. */
const tolerance = 0.01;

/**
 * Cache of recent bounds. An experiment needs the same ones for each of its variants and metrics,
 * and fifty looks cost half a second.
 */
const lately = new Map<string, number[]>();
const most = 100;

/**
 * Returns the bounds for the looks so far: the planned bounds if they were taken as planned, else
 * spent ones.
 */
export function boundsAt(design: SequentialDesign, fractions: readonly number[]): number[] {
  const planned = plannedLooks(design);
  const asPlanned = fractions.every((at, i) => Math.abs(at - (planned[i] ?? -1)) <= tolerance);
  if (asPlanned) return computeBoundaries(design).slice(0, fractions.length);
  const key = JSON.stringify([design.shape, design.alpha, fractions]);
  const bounds = lately.get(key) ?? computeSpentBoundaries(design, fractions);
  if (lately.size >= most) lately.clear();
  lately.set(key, bounds);
  return bounds;
}
