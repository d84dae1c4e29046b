import { type Plan, planPartsOf } from '../../map/planned-map.ts';
import { type Alignment, type AlignmentMove } from './alignment.ts';

/** A touchpoint of a plan, and its place in it. */
interface PlanStep {
  name: string;
  place: string;
}

/**
 * Returns the touchpoints of a plan that is a sequence only, in order. Undefined for other plans.
 */
export function linearStepsOf(plan: Plan, place = ''): PlanStep[] | undefined {
  if ('touchpoint' in plan) return [{ name: plan.touchpoint, place }];
  if (!('sequence' in plan)) return undefined;
  const parts = planPartsOf(plan, place).map((part) => linearStepsOf(part.plan, part.place));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

/** Lengths of the subsequences common to the rest of a path and the rest of a plan. */
interface CommonLengths {
  cells: Uint32Array;
  /** The length from place i of the path and place j of the plan on. */
  at: (i: number, j: number) => number;
}

function measureCommon(plan: PlanStep[], trace: readonly string[]): CommonLengths {
  const width = plan.length + 1;
  const cells = new Uint32Array((trace.length + 1) * width);
  const at = (i: number, j: number): number => cells[i * width + j] ?? 0;
  for (let i = trace.length - 1; i >= 0; i--)
    for (let j = plan.length - 1; j >= 0; j--)
      cells[i * width + j] = trace[i] === plan[j]?.name ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  return { cells, at };
}

/** Reads the moves of the alignment from the lengths, an extra touchpoint before a skipped one. */
function readMoves(plan: PlanStep[], trace: readonly string[], common: CommonLengths['at']): AlignmentMove[] {
  const moves: AlignmentMove[] = [];
  let [i, j] = [0, 0];
  while (i < trace.length || j < plan.length) {
    const [name, step] = [trace[i], plan[j]];
    if (step && step.name === name) {
      moves.push({ kind: 'planned', ...step });
      [i, j] = [i + 1, j + 1];
    } else if (name !== undefined && (!step || common(i + 1, j) >= common(i, j + 1))) {
      moves.push({ kind: 'extra', name });
      i++;
    } else if (step) {
      moves.push({ kind: 'skipped', ...step });
      j++;
    }
  }
  return moves;
}

/**
 * Returns the optimal alignment with a linear plan. It has insertions and deletions only, so its
 * cost is the indel distance, |trace| + |plan| − 2 × the longest common subsequence (Needleman and
 * Wunsch 1970; Wagner and Fischer 1974). Time and memory: |trace| × |plan|.
 */
export function alignLinear(plan: PlanStep[], trace: readonly string[]): Alignment {
  const { cells, at } = measureCommon(plan, trace);
  const moves = readMoves(plan, trace, at);
  return { cost: trace.length + plan.length - 2 * at(0, 0), moves, exact: true, work: cells.length };
}
