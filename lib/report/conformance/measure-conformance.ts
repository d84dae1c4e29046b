import { type Plan } from '../../map/planned-map.ts';
import { type Counter, createCounter, counterEntry } from '../paths/counter.ts';
import { inOrder, type PathTally } from '../paths/customer-path.ts';
import { createAligner, type AlignLimit, mostWork } from './choose-aligner.ts';
import { type Alignment } from './alignment.ts';
import { type Deviation, deviationCounts, deviationsIn } from './deviations.ts';

/**
 * How well what customers did agrees with the plan. Fitness of a path is 1 − cost / (touchpoints of the path + touchpoints of the
 * shortest way through the plan): 1 as planned, 0 nothing in common (Adriansyah 2014, §5.2; Carmona et al. 2018, §7.3).
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
   * Paths whose search was given up at the limit. Their deviations are missing, and both averages hold them for as good as
   * they can be. The average is no less than `averageFitnessAtLeast`, which holds them for as bad as can be.
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
   * Work for all variants together; of those that come after it is spent touchpoints are only counted, and
   * they are unresolved. The default is some minutes.
   */
  total?: number;
  /** Variants shown beside the plan. */
  top?: number;
}

interface Judged {
  names: string[];
  cost: number;
  exact: boolean;
  /** Touchpoints of the path and of the shortest way: the cost at worst. */
  whole: number;
  deviations: ReturnType<typeof deviationsIn>;
  counter: Counter;
}

const fitnessOf = ({ cost, whole }: Judged): number => (whole === 0 ? 1 : 1 - cost / whole);

/** The figures of all variants; a variant weighs as much as its paths. */
function figuresOf(variants: Judged[]): Omit<Conformance, 'deviations' | 'frequent'> {
  const sum = (of: Judged[], part: (judged: Judged) => number): number =>
    of.reduce((total, judged) => total + part(judged) * judged.counter.paths, 0);
  const paths = sum(variants, () => 1);
  const mean = (of: Judged[], part: (judged: Judged) => number): number => (paths === 0 ? 1 : sum(of, part) / paths);
  const resolved = variants.filter(({ exact }) => exact);
  const whole = sum(variants, (judged) => judged.whole);
  return {
    paths,
    variants: variants.length,
    averageFitness: mean(variants, fitnessOf),
    logFitness: whole === 0 ? 1 : 1 - sum(variants, ({ cost }) => cost) / whole,
    fitting: mean(resolved, ({ cost }) => (cost === 0 ? 1 : 0)),
    unresolved: { paths: paths - sum(resolved, () => 1), averageFitnessAtLeast: mean(resolved, fitnessOf) },
  };
}

/** Conformance of paths with a plan. Each variant is aligned once; memory grows with variants and deviations. */
export function measureConformance(
  plan: Plan,
  { limit = mostWork, total = 200 * mostWork, top = 10 }: ConformanceInput = {},
): PathTally<Conformance> {
  const { shortest, align } = createAligner(plan);
  const variants = new Map<string, Judged>();
  const deviations = deviationCounts(plan);
  let [paths, left] = [0, total];

  function judge(names: string[]): Judged {
    const { cost, exact, moves, work } = align(names, Math.min(limit, left));
    left = Math.max(0, left - work);
    return {
      names,
      cost,
      exact,
      whole: names.length + shortest,
      deviations: deviationsIn(moves),
      counter: createCounter(),
    };
  }

  function compared(judged: Judged): ComparedVariant {
    const { names, cost, exact } = judged;
    const { paths: own, customers } = judged.counter;
    const moves = exact ? align(names, limit).moves : [];
    return { names, paths: own, customers, fitness: fitnessOf(judged), cost, exact, moves };
  }

  return {
    add({ customer, steps }) {
      paths++;
      const names = inOrder(steps).map(({ name }) => name);
      const judged = counterEntry(variants, JSON.stringify(names), () => judge(names));
      judged.counter.add(paths, customer);
      deviations.add(customer, judged.deviations);
    },
    result() {
      const all = [...variants.values()];
      const frequent = all.toSorted((a, b) => b.counter.paths - a.counter.paths).slice(0, top);
      return { ...figuresOf(all), deviations: deviations.list(), frequent: frequent.map(compared) };
    },
  };
}
