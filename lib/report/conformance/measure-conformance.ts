import { type Plan } from '../../map/planned-map.ts';
import { type Counter, createCounter, counterEntry } from '../paths/counter.ts';
import { inOrder, type PathTally } from '../paths/customer-path.ts';
import { type Aligner, createAligner, type AlignLimit, mostWork } from './choose-aligner.ts';
import { type Alignment } from './alignment.ts';
import { type Deviation, deviationCounts, deviationsIn } from './deviations.ts';

/**
 * How well paths agree with the plan. Fitness of a path is 1 − cost / (touchpoints of the path +
 * touchpoints of the shortest path through the plan): 1 as planned, 0 nothing in common (Adriansyah
 * 2014, §5.2; Carmona et al. 2018, §7.3).
 */
export interface Conformance {
  paths: number;
  variants: number;
  /** Mean fitness over paths: every path counts the same. 1 where there are none. */
  averageFitness: number;
  /** One minus all costs over all denominators: every touchpoint counts the same. */
  logFitness: number;
  /** Share of paths without any deviation, as far as proved. */
  fitting: number;
  /**
   * Paths whose search ended at the limit. Their deviations are missing, and both averages assume
   * the best for them. `averageFitnessAtLeast` assumes the worst.
   */
  unresolved: { paths: number; averageFitnessAtLeast: number };
  deviations: Deviation[];
  /** The most frequent variants beside the plan. */
  frequent: ComparedVariant[];
}

export interface ComparedVariant extends Omit<Alignment, 'work'> {
  names: string[];
  paths: number;
  customers: number;
  fitness: number;
}

export interface ConformanceInput extends AlignLimit {
  /**
   * Limit of work for all variants together. Later variants are unresolved: only their touchpoints
   * are counted. The default is some minutes.
   */
  total?: number;
  /** Variants shown beside the plan. */
  top?: number;
}

/** A variant with its alignment, and how many paths and customers show it. */
interface AlignedVariant {
  names: string[];
  cost: number;
  exact: boolean;
  /** Touchpoints of the path and of the shortest way: the cost at worst. */
  whole: number;
  deviations: ReturnType<typeof deviationsIn>;
  counter: Counter;
}

const fitnessOf = ({ cost, whole }: AlignedVariant): number => (whole === 0 ? 1 : 1 - cost / whole);

/** The figures of all variants; a variant weighs as much as its paths. */
function figuresOf(variants: AlignedVariant[]): Omit<Conformance, 'deviations' | 'frequent'> {
  const sum = (of: AlignedVariant[], part: (variant: AlignedVariant) => number): number =>
    of.reduce((total, variant) => total + part(variant) * variant.counter.paths, 0);
  const paths = sum(variants, () => 1);
  const mean = (of: AlignedVariant[], part: (variant: AlignedVariant) => number): number =>
    paths === 0 ? 1 : sum(of, part) / paths;
  const resolved = variants.filter(({ exact }) => exact);
  const whole = sum(variants, (variant) => variant.whole);
  return {
    paths,
    variants: variants.length,
    averageFitness: mean(variants, fitnessOf),
    logFitness: whole === 0 ? 1 : 1 - sum(variants, ({ cost }) => cost) / whole,
    fitting: mean(resolved, ({ cost }) => (cost === 0 ? 1 : 0)),
    unresolved: { paths: paths - sum(resolved, () => 1), averageFitnessAtLeast: mean(resolved, fitnessOf) },
  };
}

/** Aligns a variant, with at most `limit` of work. */
function alignVariant({ shortest, align }: Aligner, names: string[], limit: number): AlignedVariant & { work: number } {
  const { cost, exact, moves, work } = align(names, limit);
  const whole = names.length + shortest;
  return { names, cost, exact, whole, deviations: deviationsIn(moves), counter: createCounter(), work };
}

/** Returns a variant as shown, with its moves, which are not kept. */
function compareVariant({ align }: Aligner, variant: AlignedVariant, limit: number): ComparedVariant {
  const { names, cost, exact } = variant;
  const { paths, customers } = variant.counter;
  const moves = exact ? align(names, limit).moves : [];
  return { names, paths, customers, fitness: fitnessOf(variant), cost, exact, moves };
}

/**
 * Measures the conformance of paths with a plan. Each variant is aligned once. Memory grows with
 * variants and deviations.
 */
export function measureConformance(
  plan: Plan,
  { limit = mostWork, total = 200 * mostWork, top = 10 }: ConformanceInput = {},
): PathTally<Conformance> {
  const aligner = createAligner(plan);
  const variants = new Map<string, AlignedVariant>();
  const deviations = deviationCounts(plan);
  let [paths, left] = [0, total];
  const alignNew = (names: string[]): AlignedVariant => {
    const { work, ...variant } = alignVariant(aligner, names, Math.min(limit, left));
    left = Math.max(0, left - work);
    return variant;
  };
  return {
    add({ customer, steps }) {
      paths++;
      const names = inOrder(steps).map(({ name }) => name);
      const variant = counterEntry(variants, JSON.stringify(names), () => alignNew(names));
      variant.counter.add(paths, customer);
      deviations.add(customer, variant.deviations);
    },
    result() {
      const all = [...variants.values()];
      const frequent = all.toSorted((a, b) => b.counter.paths - a.counter.paths).slice(0, top);
      const shown = frequent.map((variant) => compareVariant(aligner, variant, limit));
      return { ...figuresOf(all), deviations: deviations.list(), frequent: shown };
    },
  };
}
