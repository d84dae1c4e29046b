import { chiSquaredTail } from '../distributions/tails.ts';
import { lnGamma } from '../distributions/gamma-function.ts';

/** The number of customers in an arm, and its planned weight. Weights need not sum to 1. */
export interface ArmCount {
  n: number;
  weight: number;
}

/**
 * A p below this level is a sample-ratio mismatch. It is the strict level of Fabijan et al. (2019),
 * because the check runs often and on every experiment.
 */
export const mismatchLevel = 0.001;

/** A smaller share counts as 0. Of any countable number of customers it is less than one. */
const leastShare = 1e-12;

function shares(arms: readonly ArmCount[]): { n: number; share: number }[] {
  const total = arms.reduce((sum, { weight }) => sum + weight, 0);
  const shareOf = (weight: number): number => (weight / total < leastShare ? 0 : weight / total);
  return arms.map(({ n, weight }) => ({ n, share: shareOf(weight) }));
}

/**
 * Returns p of the counts under the planned weights: Pearson's (1900) χ² test, as Fabijan et al.
 * (2019) advise for experiments. Returns 0 if an arm of weight 0 has customers. Valid for one look.
 */
export function sampleRatioP(arms: readonly ArmCount[]): number {
  const total = arms.reduce((sum, { n }) => sum + n, 0);
  const planned = shares(arms);
  if (planned.some(({ n, share }) => n > 0 && share === 0)) return 0;
  const live = planned.filter(({ share }) => share > 0);
  if (total === 0) return 1;
  const chi2 = live.reduce((sum, { n, share }) => sum + (n - total * share) ** 2 / (total * share), 0);
  return chiSquaredTail(chi2, live.length - 1);
}

/**
 * Concentration of alternative splits around the plan, in customers: the default of the authors'
 * own package (ssrm_test).
 */
const concentration = 10_000;

/**
 * Returns a p of the counts that is valid at any number of looks: the inverse Bayes factor of "a
 * split near the planned one" (Dirichlet around it) over the planned split (Lindon & Malek 2022,
 * §3). Callers keep the smallest over time.
 */
export function sequentialSampleRatioP(arms: readonly ArmCount[]): number {
  const planned = shares(arms);
  if (planned.some(({ n, share }) => n > 0 && share === 0)) return 0;
  const live = planned.filter(({ share }) => share > 0);
  const total = live.reduce((sum, { n }) => sum + n, 0);
  const rising = (from: number, n: number): number => lnGamma(from + n) - lnGamma(from);
  const near = live.reduce(
    (sum, { n, share }) => sum + rising(concentration * share, n),
    -rising(concentration, total),
  );
  const asPlanned = live.reduce((sum, { n, share }) => sum + n * Math.log(share), 0);
  return Math.min(1, Math.exp(asPlanned - near));
}
