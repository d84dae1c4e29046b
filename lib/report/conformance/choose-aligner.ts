import { type Plan } from '../../map/planned-map.ts';
import { alignPath } from './align-path.ts';
import { type Alignment } from './alignment.ts';
import { automatonOf } from './plan-automaton.ts';
import { alignLinear, linearStepsOf } from './edit-distance.ts';

export interface AlignLimit {
  /** Work for one variant before it is given up: about a second and 100 MB at the default. */
  limit?: number;
}

/** Standings reached, or cells of the table. */
export const mostWork = 100_000;

/** Rests kept for the next paths; past it the automaton is built anew, so that wide plans do not fill the memory. */
const mostRests = 50_000;

/** Aligns single paths with a plan. */
export interface Aligner {
  /** Touchpoints of the shortest path through the plan. */
  shortest: number;
  align: (trace: readonly string[], limit?: number) => Alignment;
}

/** Compares single paths with a plan, by the indel distance where it is a bare sequence and by search where it is not. */
export function createAligner(plan: Plan): Aligner {
  const linear = linearStepsOf(plan);
  let automaton = automatonOf(plan);
  return {
    shortest: automaton.start.counts.shortest,
    align(trace, limit = mostWork) {
      if (linear && (trace.length + 1) * (linear.length + 1) <= limit) return alignLinear(linear, trace);
      if (automaton.size() > mostRests) automaton = automatonOf(plan);
      return alignPath(automaton, trace, limit);
    },
  };
}
