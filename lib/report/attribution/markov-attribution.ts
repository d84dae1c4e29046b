import { inverse } from '../../statistics/numerics/matrix-inverse.ts';
import { type Chain, chainOf } from './markov-chain.ts';
import { type Credits, type ConversionPath } from './conversion-path.ts';

export interface MarkovAttribution {
  /** Share of all ways that convert, which is also the chance that the chain does. */
  conversion: number;
  /**
   * By touch: the share of conversions that is lost if all customers who would meet the touch are.
   */
  removalEffects: Map<string, number>;
  /** Conversions and value, dealt out in proportion to the removal effects. */
  credits: Credits;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, x) => total + x, 0);

/**
 * I − Q, where Q holds the transition probabilities. No state is without exit, because each path
 * ends.
 */
function fundamental({ counts, converted, lost }: Chain): { visits: number[][]; ends: number[] } {
  const totals = counts.map((row, i) => sum(row) + (converted[i] ?? 0) + (lost[i] ?? 0) || 1);
  const matrix = counts.map((row, i) => row.map((count, j) => Number(i === j) - count / (totals[i] ?? 1)));
  return { visits: inverse(matrix), ends: converted.map((count, i) => count / (totals[i] ?? 1)) };
}

/**
 * Markov attribution of order 1 (Anderl, Becker, von Wangenheim & Schumann 2016), exact. N is the
 * fundamental matrix of the absorbing chain (Kemeny & Snell 1960, §3.2, theorem 3.5.7): a path
 * meets touch x with chance N[start, x] / N[x, x] and converts from there with chance h(x) = (N
 * e)[x]. So one inverse gives every removal effect, P(meets x) h(x) / P(converts).
 */
export function markovAttribution(ways: Iterable<ConversionPath>): MarkovAttribution {
  return markovOf(chainOf(ways));
}

/** The same, of ways that were counted as they came. */
export function markovOf(chain: Chain): MarkovAttribution {
  const { visits, ends } = fundamental(chain);
  const converts = visits.map((row) => sum(row.map((n, j) => n * (ends[j] ?? 0))));
  const [base = 0] = converts;
  const effects = chain.names.map((_, i) => {
    const x = i + 1;
    const meets = (visits[0]?.[x] ?? 0) / (visits[x]?.[x] ?? 1);
    return base > 0 ? (meets * (converts[x] ?? 0)) / base : 0;
  });
  const total = sum(effects) || 1;
  const shares = effects.map((effect) => effect / total);
  const creditOf = (share = 0) => ({ conversions: share * chain.conversions, value: share * chain.value });
  return {
    conversion: base,
    removalEffects: new Map(chain.names.map((name, i) => [name, effects[i] ?? 0])),
    credits: new Map(chain.names.map((name, i) => [name, creditOf(shares[i])])),
  };
}
