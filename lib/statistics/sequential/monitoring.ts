import { gaussLegendre } from '../numerics/quadrature.ts';
import { normalCdf, normalDensity } from '../distributions/normal.ts';

/**
 * State of a test that has not stopped: probability mass at values of the score S = Z √t, where t
 * is the share of the planned information. S moves like Brownian motion with variance t (Jennison &
 * Turnbull 2000, §3.1).
 */
export interface MonitoringState {
  at: number;
  values: ArrayLike<number>;
  mass: ArrayLike<number>;
}

/** State before the first look, with all the mass at 0. */
export const initialMonitoring: MonitoringState = { at: 0, values: [0], mass: [1] };

/**
 * A look at share `at` of the information. It stops the test if |Z| ≥ `bound`. `drift` is E[Z] at
 * the full information.
 */
export interface InterimLook {
  at: number;
  bound: number;
  drift?: number;
}

/**
 * Returns the probability to stop at a look for a high and for a low value, without an earlier
 * stop.
 */
export function stoppingChance(
  from: MonitoringState,
  { at, bound, drift = 0 }: InterimLook,
): { high: number; low: number } {
  const deviation = Math.sqrt(at - from.at);
  const limit = bound * Math.sqrt(at);
  const move = drift * (at - from.at);
  let [high, low] = [0, 0];
  for (let i = 0; i < from.values.length; i++) {
    const mean = (from.values[i] ?? 0) + move;
    const mass = from.mass[i] ?? 0;
    high += mass * normalCdf((mean - limit) / deviation);
    low += mass * normalCdf((-limit - mean) / deviation);
  }
  return { high, low };
}

/**
 * Range of the quadrature in standard deviations. The mass outside is below the precision of a
 * double.
 */
const reach = 9;

/**
 * Points per standard deviation at which the quadrature of two normal densities is exact to about
 * 1e-12.
 */
const pointsPerDeviation = 3;

/**
 * Returns the state after a look that did not stop the test, by the recursion of Armitage,
 * McPherson & Rowe (1969; Jennison & Turnbull 2000, §19.2) and a Gauss–Legendre rule over the
 * values inside the bound.
 */
export function continueMonitoring(from: MonitoringState, { at, bound, drift = 0 }: InterimLook): MonitoringState {
  const deviation = Math.sqrt(at - from.at);
  const move = drift * (at - from.at);
  const spread = reach * Math.sqrt(at);
  const low = Math.max(-bound * Math.sqrt(at), drift * at - spread);
  const high = Math.max(low, Math.min(bound * Math.sqrt(at), drift * at + spread));
  const half = (high - low) / 2;
  const rule = gaussLegendre(24 + Math.ceil((pointsPerDeviation * 2 * half) / deviation));
  const values = Float64Array.from(rule.nodes, (node) => low + half * (node + 1));
  const mass = values.map((value, j) => {
    let density = 0;
    for (let i = 0; i < from.values.length; i++) {
      const z = (value - (from.values[i] ?? 0) - move) / deviation;
      if (z < reach && z > -reach) density += (from.mass[i] ?? 0) * normalDensity(z);
    }
    return ((rule.weights[j] ?? 0) * half * density) / deviation;
  });
  return { at, values, mass };
}

/**
 * Returns the probabilities to stop at each look, in order of time, for a high and for a low value.
 */
export function stoppingChances(looks: readonly InterimLook[]): { high: number; low: number }[] {
  let standing = initialMonitoring;
  return looks.map((look, i) => {
    const chances = stoppingChance(standing, look);
    if (i < looks.length - 1) standing = continueMonitoring(standing, look);
    return chances;
  });
}
