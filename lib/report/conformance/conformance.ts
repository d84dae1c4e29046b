import { type Plan } from '../../map/plan.ts';
import { type Counter, counter, entry } from '../paths/counted.ts';
import { type Tally } from '../paths/path.ts';
import { align } from './align.ts';
import { type Alignment } from './alignment.ts';
import { automatonOf } from './automaton.ts';
import { type Deviation, deviationCounts, deviationsIn } from './deviations.ts';
import { alignLinear, linearOf } from './indel.ts';

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

export interface ComparedVariant extends Alignment {
  paths: number;
  customers: number;
  fitness: number;
}

export interface Comparing {
  /** Standings reached for one variant before it is given up. The default is about a second of work and 100 MB. */
  limit?: number;
}

/** Rests kept for the next variants; past it the automaton is built anew, so that wide plans do not fill the memory. */
const mostRests = 50_000;

/** Compares single paths with a plan. Answers are not kept. */
export function aligner(
  plan: Plan,
  { limit = 100_000 }: Comparing = {},
): {
  shortest: number;
  align: (trace: readonly string[]) => Alignment;
} {
  const linear = linearOf(plan);
  let automaton = automatonOf(plan);
  return {
    shortest: automaton.start.counts.shortest,
    align(trace) {
      if (linear && (trace.length + 1) * (linear.length + 1) <= limit) return alignLinear(linear, trace);
      if (automaton.size() > mostRests) automaton = automatonOf(plan);
      return align(automaton, trace, limit);
    },
  };
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

/** Conformance of paths with a plan. Each variant is aligned once; memory grows with variants and deviations. */
export function conformance(
  plan: Plan,
  { top = 10, ...comparing }: Comparing & { top?: number } = {},
): Tally<Conformance> {
  const { shortest, align: aligned } = aligner(plan, comparing);
  const variants = new Map<string, Judged>();
  const deviations = deviationCounts(plan);
  let paths = 0;

  function judge(names: string[]): Judged {
    const { cost, exact, moves } = aligned(names);
    return { names, cost, exact, whole: names.length + shortest, deviations: deviationsIn(moves), counter: counter() };
  }

  return {
    add({ customer, steps }) {
      paths++;
      const names = steps.map(({ name }) => name);
      const judged = entry(variants, JSON.stringify(names), () => judge(names));
      judged.counter.add(paths, customer);
      deviations.add(customer, judged.deviations);
    },
    result() {
      const all = [...variants.values()];
      const sum = (of: Judged[], part: (judged: Judged) => number): number =>
        of.reduce((total, judged) => total + part(judged) * judged.counter.paths, 0);
      const mean = (of: Judged[], part: (judged: Judged) => number): number =>
        paths === 0 ? 1 : sum(of, part) / paths;
      const [resolved, unresolved] = [all.filter(({ exact }) => exact), all.filter(({ exact }) => !exact)];
      const whole = sum(all, (judged) => judged.whole);
      return {
        paths,
        variants: variants.size,
        averageFitness: mean(all, fitnessOf),
        logFitness: whole === 0 ? 1 : 1 - sum(all, ({ cost }) => cost) / whole,
        fitting: mean(resolved, ({ cost }) => (cost === 0 ? 1 : 0)),
        unresolved: { paths: sum(unresolved, () => 1), averageFitnessAtLeast: mean(resolved, fitnessOf) },
        deviations: deviations.list(),
        frequent: all
          .toSorted((a, b) => b.counter.paths - a.counter.paths)
          .slice(0, top)
          .map((judged) => ({
            paths: judged.counter.paths,
            customers: judged.counter.customers,
            fitness: fitnessOf(judged),
            ...aligned(judged.names),
          })),
      };
    },
  };
}
