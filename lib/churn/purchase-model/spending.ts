import { lnGamma } from '../../statistics/distributions/gamma-function.ts';
import { minimise } from '../../statistics/numerics/minimise.ts';

/** A customer's mean worth over `n` purchases. */
export interface CustomerSpending {
  n: number;
  mean: number;
}

/**
 * Gamma-gamma model of the worth of a purchase (Fader and Hardie 2013, "The Gamma-Gamma Model of
 * Monetary Value").
 */
export interface SpendingModel {
  p: number;
  q: number;
  v: number;
}

/** ln of the likelihood of one customer's mean: their eq. 1a. */
function logLikelihood({ p, q, v }: SpendingModel, { n, mean }: CustomerSpending): number {
  const shape = p * n;
  return (
    lnGamma(shape + q) -
    lnGamma(shape) -
    lnGamma(q) +
    q * Math.log(v) +
    (shape - 1) * Math.log(mean) +
    shape * Math.log(n) -
    (shape + q) * Math.log(v + mean * n)
  );
}

const bound = 9;

/** The model of greatest likelihood; undefined with fewer than two customers who spent anything. */
export function fitSpending(all: Iterable<CustomerSpending>): SpendingModel | undefined {
  const spent = [...all].filter(({ n, mean }) => n > 0 && mean > 0);
  if (spent.length < 2) return undefined;
  const unit = spent.reduce((sum, { mean }) => sum + mean, 0) / spent.length;
  const worthAt = ([p = 0, q = 0, v = 0]: readonly number[]): SpendingModel => ({
    p: Math.exp(p),
    q: Math.exp(q),
    v: unit * Math.exp(v),
  });
  const { at } = minimise(
    (point) => {
      if (point.some((value) => Math.abs(value) > bound)) return Infinity;
      const worth = worthAt(point);
      return -spent.reduce((sum, one) => sum + logLikelihood(worth, one), 0) / spent.length;
    },
    { from: [1, 1, 0], most: 1_000 },
  );
  return worthAt(at);
}

/**
 * Returns the expected worth of the customer's next purchases: eq. 5 of the paper, a mean of the
 * customer's own and the population's. A floor on q keeps the latter finite.
 */
export function expectedSpending({ p, q, v }: SpendingModel, { n, mean }: CustomerSpending): number {
  return (p * (v + n * mean)) / (p * n + Math.max(q, 1.01) - 1);
}
