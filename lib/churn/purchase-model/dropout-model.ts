import { lnBeta } from '../../statistics/distributions/beta-function.ts';
import { lnGamma } from '../../statistics/distributions/gamma-function.ts';
import { type PurchaseCounts } from './purchase-history.ts';

/**
 * Buy till you die: an active customer buys at a rate λ ~ Gamma(r, α) and leaves after a purchase
 * with chance p ~ Beta(a, b). In `bg` only repeat purchases may be the last (Fader, Hardie and Lee
 * 2005), in `mbg` the first too (Batislam, Denizel and Filiztekin 2007). The unit of time is that
 * of the counts it was fitted to.
 */
export interface Dropout {
  kind: 'bg' | 'mbg';
  r: number;
  alpha: number;
  a: number;
  b: number;
}

const logSum = (one: number, other: number): number => {
  const high = Math.max(one, other);
  return high === -Infinity ? high : high + Math.log(Math.exp(one - high) + Math.exp(other - high));
};

/** What a likelihood has of a number of repeats alone. */
interface OfRepeats {
  stayed: number;
  left: number;
}

/**
 * Returns the function for ln of the likelihood of one customer: BG/NBD eq. 6, MBG/NBD eq. 4. Terms
 * common to all customers are computed once.
 */
export function likelihoodOf({ kind, r, alpha, a, b }: Dropout): (counts: PurchaseCounts) => number {
  const common = r * Math.log(alpha) - lnGamma(r) - lnBeta(a, b);
  const known: OfRepeats[] = [];
  function ofRepeats(x: number): OfRepeats {
    const chances = kind === 'bg' ? x : x + 1; // at which the customer could have left
    const rate = common + lnGamma(r + x);
    const left = chances > 0 ? rate + lnBeta(a + 1, b + chances - 1) : -Infinity;
    return { stayed: rate + lnBeta(a, b + chances), left };
  }
  return ({ x, tx, T }) => {
    const { stayed, left } = (known[x] ??= ofRepeats(x));
    return logSum(stayed - (r + x) * Math.log(alpha + T), left - (r + x) * Math.log(alpha + tx));
  };
}

export const logLikelihood = (model: Dropout, counts: PurchaseCounts): number => likelihoodOf(model)(counts);

/**
 * Returns P(the customer has not left). Fader, Hardie and Lee 2008 (note on P(alive)); Batislam et
 * al. 2007, eq. 6.
 */
export function stillActive({ kind, r, alpha, a, b }: Dropout, { x, tx, T }: PurchaseCounts): number {
  const chances = kind === 'bg' ? x : x + 1;
  if (chances === 0) return 1;
  return 1 / (1 + (a / (b + chances - 1)) * ((alpha + T) / (alpha + tx)) ** (r + x));
}

/**
 * Returns P(no purchase within `horizon`): the customer left, or is active with a rate of posterior
 * Gamma(r + x, α + T), which gives ((α + T)/(α + T + H))^(r + x). Not 1 − P(active), as a rare
 * buyer may be silent and still there. Never falls as T grows alone.
 */
export function silentFor(model: Dropout, counts: PurchaseCounts, horizon: number): number {
  const reach = model.alpha + counts.T;
  const none = (reach / (reach + horizon)) ** (model.r + counts.x);
  return 1 - stillActive(model, counts) * (1 - none);
}

/**
 * Returns the time by which the next purchase has come with probability `share`. Undefined if the
 * customer has too likely left.
 */
export function nextWithin(model: Dropout, counts: PurchaseCounts, share = 0.5): number | undefined {
  const none = 1 - share / stillActive(model, counts);
  if (none <= 0) return undefined;
  return (model.alpha + counts.T) * (none ** (-1 / (model.r + counts.x)) - 1);
}

const mostTerms = 100_000;

/**
 * Returns Gauss's ₂F₁(a, b; c; z) for 0 ≤ z < 1 by its series (Abramowitz & Stegun 15.1.1), after
 * 15.3.3 if that converges sooner.
 */
export function hypergeometric([a, b, c]: readonly [number, number, number], z: number): number {
  if (c - a - b < 0) return (1 - z) ** (c - a - b) * hypergeometric([c - a, c - b, c], z);
  let [sum, term] = [1, 1];
  for (let n = 0; n < mostTerms && Math.abs(term) > 1e-16 * Math.abs(sum); n++) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z;
    sum += term;
  }
  return sum;
}

/**
 * Returns the expected purchases within `horizon`: BG/NBD eq. 10; MBG/NBD Batislam et al. 2007, eq.
 * 9. Undefined at a = 1, which is stepped over.
 */
export function expectedPurchases(model: Dropout, counts: PurchaseCounts, horizon: number): number {
  const { kind, r, alpha, b } = model;
  const a = Math.abs(model.a - 1) < 1e-7 ? 1 + 1e-7 : model.a;
  const chances = kind === 'bg' ? counts.x : counts.x + 1;
  const reach = alpha + counts.T;
  const series = hypergeometric([r + counts.x, b + chances, a + b + chances - 1], horizon / (reach + horizon));
  const none = (reach / (reach + horizon)) ** (r + counts.x);
  return ((a + b + chances - 1) / (a - 1)) * (1 - none * series) * stillActive({ ...model, a }, counts);
}
