import { inOrder, type CustomerPath, type PathTally } from '../paths/customer-path.ts';
import { twoByTwoP } from '../../statistics/inference/two-by-two-table.ts';
import { benjaminiHochberg } from '../../statistics/inference/multiple-testing.ts';

export type PathOutcome = 'churned' | 'retained';

/** A touchpoint, or one that another follows directly. */
export type OutcomePattern = [name: string] | [name: string, next: string];

/** How a pattern's customers fared: shares of either group that showed it, the odds of churning with it against without, p and q. */
export interface PatternContrast {
  pattern: OutcomePattern;
  churned: { customers: number; share: number };
  retained: { customers: number; share: number };
  /** Half a customer is added to each cell (Haldane 1956, Anscombe 1956), so that it is finite. Above 1: goes with churning. */
  oddsRatio: number;
  p: number;
  /** p adjusted for the number of patterns: calling those with q ≤ .05 leaves one false call in twenty. */
  q: number;
}

export interface ContrastReport {
  customers: Record<PathOutcome, number>;
  /** The surest first. That a pattern goes with churning does not tell that it causes it. */
  patterns: PatternContrast[];
}

export interface ContrastPlan {
  /** Which group a path belongs to; undefined leaves it out. */
  fateOf: (path: CustomerPath) => PathOutcome | undefined;
  /** Patterns that fewer customers show are not tested. */
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
  const odds = (fate: PathOutcome): number => (counts[fate] + 0.5) / (customers[fate] - counts[fate] + 0.5);
  return odds('churned') / odds('retained');
}

/**
 * What customers who left did that those who stayed did not, and the other way round. Each customer counts once per pattern (one path per
 * customer, cut without a gap, and ended before the time that decides its fate: else it would explain itself). Multiple testing is
 * controlled by Benjamini & Hochberg (1995). Memory grows with the patterns.
 */
export function compareOutcomes({ fateOf, minCustomers = 5 }: ContrastPlan): PathTally<ContrastReport> {
  const customers: Counts = { churned: 0, retained: 0 };
  const seen = new Map<string, { pattern: OutcomePattern; counts: Counts }>();

  function add(path: CustomerPath): void {
    const fate = fateOf(path);
    if (!fate) return;
    customers[fate]++;
    for (const [key, pattern] of patternsOf(path)) {
      const one = seen.get(key) ?? { pattern, counts: { churned: 0, retained: 0 } };
      seen.set(key, one);
      one.counts[fate]++;
    }
  }

  function result(): ContrastReport {
    const tested = [...seen.values()].filter(({ counts }) => counts.churned + counts.retained >= minCustomers);
    const side = (counts: Counts, fate: PathOutcome) => ({ hits: counts[fate], n: customers[fate] });
    const ps = tested.map(({ counts }) => twoByTwoP({ a: side(counts, 'churned'), b: side(counts, 'retained') }));
    const qs = benjaminiHochberg(ps);
    const shown = (counts: Counts, fate: PathOutcome) => ({
      customers: counts[fate],
      share: customers[fate] > 0 ? counts[fate] / customers[fate] : 0,
    });
    const patterns = tested.map(({ pattern, counts }, i): PatternContrast => ({
      pattern,
      churned: shown(counts, 'churned'),
      retained: shown(counts, 'retained'),
      oddsRatio: oddsRatioOf(counts, customers),
      p: ps[i] ?? 1,
      q: qs[i] ?? 1,
    }));
    return { customers: { ...customers }, patterns: patterns.sort((a, b) => a.p - b.p) };
  }

  return { add, result };
}
