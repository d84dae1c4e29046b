import { Rejected } from '../../shared/errors.ts';
import { minimise } from '../../statistics/numerics/minimise.ts';
import { type Dropout, likelihoodOf } from './dropout-model.ts';
import { type PurchaseCounts } from './purchase-history.ts';

/** Bound of parameters, as logarithms in their unit. Beyond e^±9 the likelihood is flat. */
const bound = 9;

const clamp = (value: number): number => Math.max(-bound, Math.min(bound, value));

/** Share of customers who leave after a purchase, below which no leaving is identified. */
const leavingSeen = 0.001;

export interface FittedDropout {
  model: Dropout;
  logLikelihood: number;
  customers: number;
  /**
   * False if the data show no leaving: the fit reaches its bound, or a chance of leaving near 0.
   * Silence then only indicates rare purchases.
   */
  dropoutIdentified: boolean;
}

/** Groups customers with equal counts, which are computed once. */
function grouped(all: Iterable<PurchaseCounts>): { counts: PurchaseCounts; n: number }[] {
  const groups = new Map<string, { counts: PurchaseCounts; n: number }>();
  for (const counts of all) {
    const key = `${counts.x} ${counts.tx} ${counts.T}`;
    const group = groups.get(key);
    if (group) group.n++;
    else groups.set(key, { counts, n: 1 });
  }
  return [...groups.values()];
}

/**
 * Returns the parameters of greatest likelihood, within bounds. Searches over logarithms, with time
 * in units of the mean age, from an even start and again from its end, or from `near` alone, a
 * model of similar customers. Throws `churn.no-customers`.
 */
export function fitDropout(kind: Dropout['kind'], all: Iterable<PurchaseCounts>, near?: Dropout): FittedDropout {
  const groups = grouped(all);
  const customers = groups.reduce((sum, { n }) => sum + n, 0);
  if (customers === 0) throw new Rejected('churn.no-customers');
  const age = groups.reduce((sum, { n, counts }) => sum + n * counts.T, 0) / customers || 1;
  const modelAt = ([r = 0, alpha = 0, a = 0, b = 0]: readonly number[]): Dropout => ({
    kind,
    r: Math.exp(r),
    alpha: age * Math.exp(alpha),
    a: Math.exp(a),
    b: Math.exp(b),
  });
  const loss = (point: readonly number[]): number => {
    if (point.some((value) => Math.abs(value) > bound)) return Infinity;
    const likelihood = likelihoodOf(modelAt(point));
    return -groups.reduce((sum, { counts, n }) => sum + n * likelihood(counts), 0) / customers;
  };
  const first = near
    ? [near.r, near.alpha / age, near.a, near.b].map((parameter) => clamp(Math.log(parameter)))
    : minimise(loss, { from: [-0.5, -0.5, -0.5, 0.5], tolerance: 1e-9, most: 400 }).at;
  const { at, value } = minimise(loss, { from: first, step: 0.1, tolerance: 1e-11, most: 400 });
  const model = modelAt(at);
  const atBound = at.slice(2).some((parameter) => Math.abs(parameter) > bound - 0.5);
  return {
    model,
    logLikelihood: -value * customers,
    customers,
    dropoutIdentified: !atBound && model.a / (model.a + model.b) >= leavingSeen,
  };
}
