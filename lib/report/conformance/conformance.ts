import { type Plan } from '../../map/plan.ts';
import { type Path, type Tally } from '../paths/path.ts';
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
  /** Share of paths without any deviation. */
  fitting: number;
  /**
   * Paths whose search was given up at the limit. Their deviations are missing, and the figures above hold them for as good as they
   * can be; `averageFitness` is no less than `averageFitnessAtLeast`.
   */
  unresolved: { paths: number; averageFitnessAtLeast: number };
  deviations: Deviation[];
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
  alignment: Alignment;
  fitness: number;
  /** Touchpoints of the path and of the shortest way: the cost at worst. */
  whole: number;
  deviations: ReturnType<typeof deviationsIn>;
}

/** Conformance of paths with a plan. Each variant is aligned once; memory grows with variants and deviations. */
export function conformance(plan: Plan, comparing: Comparing = {}): Tally<Conformance> {
  const { shortest, align: aligned } = aligner(plan, comparing);
  const variants = new Map<string, Judged>();
  const deviations = deviationCounts(plan);
  const sums = { paths: 0, fitness: 0, cost: 0, whole: 0, fitting: 0, unresolved: 0, unproved: 0 };

  function judge(trace: string[]): Judged {
    const alignment = aligned(trace);
    const whole = trace.length + shortest;
    const fitness = whole === 0 ? 1 : 1 - alignment.cost / whole;
    return { alignment, fitness, whole, deviations: deviationsIn(alignment.moves) };
  }

  return {
    add({ customer, steps }: Path) {
      const trace = steps.map(({ name }) => name);
      const key = JSON.stringify(trace);
      const judged = variants.get(key) ?? judge(trace);
      variants.set(key, judged);
      const { alignment, fitness, whole } = judged;
      sums.paths++;
      sums.fitness += fitness;
      sums.cost += alignment.cost;
      sums.whole += whole;
      if (alignment.exact && alignment.cost === 0) sums.fitting++;
      if (!alignment.exact) {
        sums.unresolved++;
        sums.unproved += fitness;
      }
      deviations.add(customer, judged.deviations);
    },
    result() {
      const { paths, fitness, cost, whole, fitting, unresolved, unproved } = sums;
      const share = (part: number): number => (paths === 0 ? 1 : part / paths);
      return {
        paths,
        variants: variants.size,
        averageFitness: share(fitness),
        logFitness: whole === 0 ? 1 : 1 - cost / whole,
        fitting: share(fitting),
        unresolved: { paths: unresolved, averageFitnessAtLeast: share(fitness - unproved) },
        deviations: deviations.list(),
      };
    },
  };
}
