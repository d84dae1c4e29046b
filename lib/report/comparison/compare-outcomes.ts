import { inOrder, type CustomerPath, type PathTally } from '../paths/customer-path.ts';
import { twoByTwoP } from '../../statistics/inference/two-by-two-table.ts';
import { benjaminiHochberg } from '../../statistics/inference/multiple-testing.ts';

/** The group of a path. */
export type PathOutcome = 'churned' | 'retained';

/** A touchpoint, or two of which the second follows directly. */
export type OutcomePattern = [name: string] | [name: string, next: string];

/** A pattern with its shares in either group, and the odds of churning with it against without. */
export interface PatternContrast {
  pattern: OutcomePattern;
  churned: { customers: number; share: number };
  retained: { customers: number; share: number };
  /**
   * Above 1 if the pattern goes with churning. Half a customer is added to each cell, so that it is
   * finite (Haldane 1956, Anscombe 1956).
   */
  oddsRatio: number;
  p: number;
  /** p adjusted for the number of patterns. Of those with q ≤ 0.05 one in twenty is false. */
  q: number;
}

/** Sizes of both groups, and the patterns that were tested. */
export interface ContrastReport {
  customers: Record<PathOutcome, number>;
  /** The most significant first. A pattern that goes with churning need not cause it. */
  patterns: PatternContrast[];
}

/** Who churned, and which patterns are tested. */
export interface ContrastPlan {
  /** Returns the group of a path, or undefined to leave it out. */
  fateOf: (path: CustomerPath) => PathOutcome | undefined;
  /** Patterns of fewer customers are not tested. */
  minCustomers?: number;
}

type Counts = Record<PathOutcome, number>;

function patternsOf(path: CustomerPath): Map<string, OutcomePattern> {
  const steps = inOrder(path.steps);
  const found = new Map<string, OutcomePattern>();
  steps.forEach(({ name }, i) => {
    found.set(JSON.stringify([name]), [name]);
    const next = steps[i + 1];
    if (next) found.set(JSON.stringify([name, next.name]), [name, next.name]);
  });
  return found;
}

function oddsRatioOf(counts: Counts, customers: Counts): number {
  const odds = (outcome: PathOutcome): number => (counts[outcome] + 0.5) / (customers[outcome] - counts[outcome] + 0.5);
  return odds('churned') / odds('retained');
}

/** A pattern, and how many customers of either group showed it. */
interface CountedPattern {
  pattern: OutcomePattern;
  counts: Counts;
}

function countPatterns(seen: Map<string, CountedPattern>, path: CustomerPath, outcome: PathOutcome): void {
  for (const [key, pattern] of patternsOf(path)) {
    const one = seen.get(key) ?? { pattern, counts: { churned: 0, retained: 0 } };
    seen.set(key, one);
    one.counts[outcome]++;
  }
}

function groupShare(counts: Counts, customers: Counts, outcome: PathOutcome): PatternContrast[PathOutcome] {
  const share = customers[outcome] > 0 ? counts[outcome] / customers[outcome] : 0;
  return { customers: counts[outcome], share };
}

/** Tests each pattern and returns them, the most significant first. */
function contrastPatterns(tested: CountedPattern[], customers: Counts): PatternContrast[] {
  const side = (counts: Counts, outcome: PathOutcome) => ({ hits: counts[outcome], n: customers[outcome] });
  const ps = tested.map(({ counts }) => twoByTwoP({ a: side(counts, 'churned'), b: side(counts, 'retained') }));
  const qs = benjaminiHochberg(ps);
  return tested
    .map(({ pattern, counts }, i) => ({
      pattern,
      churned: groupShare(counts, customers, 'churned'),
      retained: groupShare(counts, customers, 'retained'),
      oddsRatio: oddsRatioOf(counts, customers),
      p: ps[i] ?? 1,
      q: qs[i] ?? 1,
    }))
    .sort((a, b) => a.p - b.p);
}

/**
 * Compares what churned customers did with what retained ones did. Each customer counts once per
 * pattern: one path, cut without a gap, which ends before the time that decides its outcome, or
 * else it would explain itself. Adjusts for multiple tests (Benjamini & Hochberg 1995).
 */
export function compareOutcomes({ fateOf, minCustomers = 5 }: ContrastPlan): PathTally<ContrastReport> {
  const customers: Counts = { churned: 0, retained: 0 };
  const seen = new Map<string, CountedPattern>();
  return {
    add(path) {
      const outcome = fateOf(path);
      if (!outcome) return;
      customers[outcome]++;
      countPatterns(seen, path, outcome);
    },
    result() {
      const tested = [...seen.values()].filter(({ counts }) => counts.churned + counts.retained >= minCustomers);
      return { customers: { ...customers }, patterns: contrastPatterns(tested, customers) };
    },
  };
}
