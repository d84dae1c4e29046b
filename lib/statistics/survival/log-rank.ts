import { chiSquaredTail } from '../distributions/tails.ts';
import { inverse } from '../numerics/matrix-inverse.ts';
import { type LifeRow } from './life-table.ts';

/**
 * Observed ends in each group, ends expected if all groups were alike, and the test of the
 * difference.
 */
export interface LogRank {
  chi2: number;
  degrees: number;
  p: number;
  groups: { group: string; observed: number; expected: number }[];
}

interface Sums {
  observed: number[];
  expected: number[];
  covariance: number[][];
}

/**
 * Returns a function of rising times that counts the customers at risk in one group, and their
 * ends.
 */
function walker(rows: readonly LifeRow[]): (time: number) => { atRisk: number; ended: number } {
  let place = 0;
  return (time) => {
    while ((rows[place]?.time ?? Infinity) < time) place++;
    const row = rows[place];
    return { atRisk: row?.atRisk ?? 0, ended: row?.time === time ? row.ended : 0 };
  };
}

/**
 * Returns observed and expected ends and their hypergeometric covariance, summed over the times.
 */
function sumsOf(tables: readonly LifeRow[][]): Sums {
  const sums: Sums = {
    observed: tables.map(() => 0),
    expected: tables.map(() => 0),
    covariance: tables.map(() => tables.map(() => 0)),
  };
  const times = [...new Set(tables.flatMap((rows) => rows.filter(({ ended }) => ended > 0).map(({ time }) => time)))];
  const walkers = tables.map(walker);
  for (const time of times.sort((a, b) => a - b)) {
    const groups = walkers.map((walk) => walk(time));
    const atRisk = groups.reduce((sum, group) => sum + group.atRisk, 0);
    const ended = groups.reduce((sum, group) => sum + group.ended, 0);
    const spread = atRisk > 1 ? (ended * (atRisk - ended)) / (atRisk - 1) : 0;
    groups.forEach((group, i) => {
      const share = group.atRisk / atRisk;
      sums.observed[i] = (sums.observed[i] ?? 0) + group.ended;
      sums.expected[i] = (sums.expected[i] ?? 0) + ended * share;
      const row = sums.covariance[i] ?? [];
      groups.forEach((other, j) => {
        row[j] = (row[j] ?? 0) + spread * share * (Number(i === j) - other.atRisk / atRisk);
      });
    });
  }
  return sums;
}

/**
 * Tests whether groups leave at different rates. It is the log-rank test of Mantel (1966) and Peto
 * & Peto (1972) for any number of groups, as χ² with one degree less than the compared groups. A
 * group that was never at risk together with another is left out.
 */
export function logRank(tables: ReadonlyMap<string, LifeRow[]>): LogRank {
  const { observed, expected, covariance } = sumsOf([...tables.values()]);
  const comparable = [...tables.keys()].flatMap((_, i) => ((covariance[i]?.[i] ?? 0) > 0 ? [i] : []));
  const kept = comparable.slice(1); // the differences sum to 0, so the others determine one of them
  const inverted = inverse(kept.map((i) => kept.map((j) => covariance[i]?.[j] ?? 0)));
  const differences = kept.map((i) => (observed[i] ?? 0) - (expected[i] ?? 0));
  const chi2 = inverted.reduce(
    (sum, row, i) => sum + row.reduce((inner, x, j) => inner + x * (differences[j] ?? 0), 0) * (differences[i] ?? 0),
    0,
  );
  const groups = [...tables.keys()].map((group, i) => ({
    group,
    observed: observed[i] ?? 0,
    expected: expected[i] ?? 0,
  }));
  return { chi2, degrees: kept.length, p: chiSquaredTail(chi2, kept.length), groups };
}
