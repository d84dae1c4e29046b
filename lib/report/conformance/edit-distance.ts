import { type Plan, planPartsOf } from '../../map/planned-map.ts';
import { type Alignment, type AlignmentMove } from './alignment.ts';

/** The touchpoints of a plan that is nothing but a sequence, in order; undefined of every other plan. */
export function linearStepsOf(plan: Plan, place = ''): { name: string; place: string }[] | undefined {
  if ('touchpoint' in plan) return [{ name: plan.touchpoint, place }];
  if (!('sequence' in plan)) return undefined;
  const parts = planPartsOf(plan, place).map((part) => linearStepsOf(part.plan, part.place));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

/**
 * Optimal alignment with a linear plan: insertions and deletions only, so its cost is the indel distance, |trace| + |plan| − 2 × the
 * longest common subsequence (Needleman and Wunsch 1970; Wagner and Fischer, "The string-to-string correction problem", 1974). Time and
 * memory |trace| × |plan|.
 */
export function alignLinear(plan: { name: string; place: string }[], trace: readonly string[]): Alignment {
  const width = plan.length + 1;
  const cells = new Uint32Array((trace.length + 1) * width);
  /** Longest subsequence common to the trace from i and the plan from j on. */
  const common = (i: number, j: number): number => cells[i * width + j] ?? 0;
  for (let i = trace.length - 1; i >= 0; i--)
    for (let j = plan.length - 1; j >= 0; j--)
      cells[i * width + j] =
        trace[i] === plan[j]?.name ? common(i + 1, j + 1) + 1 : Math.max(common(i + 1, j), common(i, j + 1));

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
  return { cost: trace.length + plan.length - 2 * common(0, 0), moves, exact: true, work: cells.length };
}
