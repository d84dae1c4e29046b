import { binomialTail } from '../../statistics/distributions/tails.ts';
import { benjaminiHochberg } from '../../statistics/inference/multiple-testing.ts';
import { type ArmCount, mismatchLevel, sampleRatioP } from '../../statistics/inference/sample-ratio.ts';

/** An experiment, when it started (any unit that grows with time) and how its arms came out. */
export interface DatedArmCounts {
  id: string;
  at: number;
  arms: readonly ArmCount[];
}

/**
 * A time in which splits broke more often than at other times: assignment or counting was wrong.
 */
export interface SampleRatioWindow {
  from: number;
  to: number;
  experiments: number;
  mismatched: number;
  /**
   * Chance of such a window anywhere if splits broke as they do outside. Corrected for all windows
   * searched.
   */
  p: number;
}

export interface SampleRatioScan {
  /** Ids whose own split is called broken. */
  mismatched: Set<string>;
  /** Windows, the clearest first. None is specified in advance. */
  windows: SampleRatioWindow[];
}

interface Stretch {
  first: number;
  last: number;
  mismatched: number;
  score: number;
}

/** x ln(x / y), which is 0 at x = 0. */
const entropy = (x: number, y: number): number => (x > 0 ? x * Math.log(x / y) : 0);

/** Log-likelihood of `hits` in `n` tries at their own best rate. */
const likelihood = (hits: number, n: number): number => entropy(hits, n) + entropy(n - hits, n);

/**
 * Returns the window that stands out most, by the largest likelihood ratio of two rates, inside and
 * outside, over one: the Bernoulli scan statistic of Kulldorff (1997). It begins and ends with a
 * mismatch, so only pairs of those (`hits`, places among `n`) are tried.
 */
function clearest(hits: readonly number[], n: number): Stretch | undefined {
  const whole = likelihood(hits.length, n);
  let best: Stretch | undefined;
  hits.forEach((first, i) => {
    for (let j = i + 1; j < hits.length; j++) {
      const last = hits[j] ?? first;
      const inside = last - first + 1;
      const mismatched = j - i + 1;
      if (mismatched * n <= hits.length * inside) continue;
      const score = likelihood(mismatched, inside) + likelihood(hits.length - mismatched, n - inside) - whole;
      if (score > (best?.score ?? 0)) best = { first, last, mismatched, score };
    }
  });
  return best;
}

/**
 * Returns the Bonferroni bound over all n (n + 1) / 2 windows, at the rate outside, or at the
 * test's own level if that is higher.
 */
function chanceOf({ first, last, mismatched }: Stretch, hits: number, n: number): number {
  const inside = last - first + 1;
  const outside = n > inside ? (hits - mismatched) / (n - inside) : 0;
  return Math.min(1, (binomialTail(mismatched, inside, Math.max(mismatchLevel, outside)) * n * (n + 1)) / 2);
}

/** Share of false alarms among those called that is put up with. */
const falseDiscoveries = 0.05;

interface Tested {
  id: string;
  at: number;
  p: number;
}

/**
 * Returns the broken splits. False discoveries are limited within a window and outside of it
 * separately (Benjamini & Hochberg 1995), because mixing groups of different rates misjudges both
 * (Efron 2008). So weaker evidence suffices where splits break often.
 */
function called(group: readonly Tested[]): string[] {
  const adjusted = benjaminiHochberg(group.map(({ p }) => p));
  return group.filter((_, i) => (adjusted[i] ?? 1) <= falseDiscoveries).map(({ id }) => id);
}

/**
 * Finds broken splits among experiments over time, and the windows in which they were more than
 * chance. Takes experiments in any order. Memory grows with their number, time with the square of
 * the mismatches.
 */
export function scanSampleRatios(experiments: Iterable<DatedArmCounts>): SampleRatioScan {
  const rest: Tested[] = [...experiments].map(({ id, at, arms }) => ({ id, at, p: sampleRatioP(arms) }));
  rest.sort((a, b) => a.at - b.at);
  const windows: SampleRatioWindow[] = [];
  const mismatched: string[] = [];
  for (;;) {
    const hits = rest.flatMap(({ p }, place) => (p < mismatchLevel ? [place] : []));
    const found = clearest(hits, rest.length);
    const p = found ? chanceOf(found, hits.length, rest.length) : 1;
    if (!found || p >= mismatchLevel) break;
    const inside = rest.splice(found.first, found.last - found.first + 1);
    windows.push({
      from: inside[0]?.at ?? 0,
      to: inside.at(-1)?.at ?? 0,
      experiments: inside.length,
      mismatched: found.mismatched,
      p,
    });
    mismatched.push(...called(inside));
  }
  return { mismatched: new Set([...mismatched, ...called(rest)]), windows };
}
