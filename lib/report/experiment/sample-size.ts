import { normalCdf, normalQuantile } from '../../statistics/distributions/normal.ts';
import { findRoot } from '../../statistics/numerics/root-finding.ts';
import { confidenceSequence } from '../../statistics/sequential/always-valid.ts';
import { constantOf, type SequentialDesign, looksWith } from '../../statistics/sequential/boundaries.ts';
import { stoppingChances } from '../../statistics/sequential/monitoring.ts';

/**
 * The effect to find: `effect` is the difference, `spread` the variance of one customer in either
 * arm.
 */
export interface EffectTarget {
  effect: number;
  spread: { control: number; variant: number };
  alpha: number;
  /** Customers in the variant per customer in the control; 1 when missing. */
  ratio?: number;
}

/** Aim for a rate that stands at `baseline`. */
export function rateAim({
  baseline,
  effect,
  alpha,
}: {
  baseline: number;
  effect: number;
  alpha: number;
}): EffectTarget {
  const variance = (rate: number) => rate * (1 - rate);
  return { effect, alpha, spread: { control: variance(baseline), variant: variance(baseline + effect) } };
}

/** How it will be looked at. One look is a fixed horizon. */
export type LookPlan = Omit<SequentialDesign, 'alpha'> | 'always-valid';

/** Variance of the difference with one customer in the control: with n it is an nth of it. */
const unitVariance = ({ spread, ratio = 1 }: EffectTarget): number => spread.control + spread.variant / ratio;

/**
 * Returns the chance to call the difference in its own direction. `drift` is E[Z] at the full size.
 * Jennison & Turnbull (2000, §2.3).
 */
function powerAt(design: SequentialDesign, drift: number): number {
  const looks = looksWith({ design, constant: constantOf(design), drift });
  return stoppingChances(looks).reduce((sum, { high }) => sum + high, 0);
}

/**
 * Returns the chance that the confidence sequence excludes 0 at the full size. It may have done so
 * before, so this is a lower bound of the power.
 */
function alwaysValidPower({ effect, alpha }: EffectTarget, drift: number): number {
  const [low] = confidenceSequence({ difference: 0, variance: (effect / drift) ** 2, mixing: effect ** 2, alpha });
  return normalCdf(drift + (low * drift) / Math.abs(effect));
}

function powerOf(aim: EffectTarget, looking: LookPlan): (drift: number) => number {
  if (looking === 'always-valid') return (drift) => alwaysValidPower(aim, drift);
  return (drift) => powerAt({ ...looking, alpha: aim.alpha }, drift);
}

/**
 * Returns the chance to find the difference with `control` customers in the control. For
 * always-valid a lower bound, τ being the effect.
 */
export function powerOfSize(aim: EffectTarget, looking: LookPlan, control: number): number {
  if (aim.effect === 0) return aim.alpha;
  return powerOf(aim, looking)(Math.abs(aim.effect) / Math.sqrt(unitVariance(aim) / control));
}

/**
 * Returns the customers of the control (times `ratio` for the variant) that find the difference
 * with chance `power`, rounded up.
 */
export function sizeFor(aim: EffectTarget, looking: LookPlan, power: number): number {
  const fixed = normalQuantile(1 - aim.alpha / 2) + Math.max(0, normalQuantile(power));
  const powerWithDrift = powerOf(aim, looking);
  const drift = findRoot((x) => powerWithDrift(x) - power, [0.1, 4 * fixed], 1e-9);
  return Math.max(1, Math.ceil(unitVariance(aim) * (drift / aim.effect) ** 2 - 1e-6));
}

/**
 * Returns the days until `customers` come at `perDay`, and whole weeks, so that all weekdays count
 * alike (Kohavi, Tang & Xu 2020, ch. 17).
 */
export function durationOf(customers: number, perDay: number): { days: number; weeks: number } {
  const days = Math.ceil(customers / perDay);
  return { days, weeks: Math.ceil(days / 7) };
}
