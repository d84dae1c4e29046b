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

/**
 * Limit of states kept for the next paths. Past it the automaton is built anew, so that wide plans
 * do not fill the memory.
 */
const mostRests = 50_000;

/** Aligns single paths with a plan. */
export interface Aligner {
  /** Touchpoints of the shortest path through the plan. */
  shortest: number;
  align: (trace: readonly string[], limit?: number) => Alignment;
}

/**
 * Returns the aligner of a plan: the indel distance for a sequence, and a search for any other
 * plan.
 */
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
