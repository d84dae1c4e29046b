import { type RemainingPlan } from './remaining-plan.ts';

/** What lies ahead of a path at each of its positions. */
export interface RemainingCost {
  /** The number of each touchpoint's name in the plan; −1 of what the plan does not know. */
  labels: Int32Array;
  /** Least cost from here to the end: never more than the true one. */
  atLeast: (rest: RemainingPlan, position: number) => number;
}

/**
 * Returns lower bounds of the cost still to come, for A* (Hart, Nilsson, Raphael 1968; consistent,
 * so no node is expanded twice). For each name the bound is what the plan needs beyond the path,
 * plus what the path has beyond the plan. All names together are bounded the same way by lengths.
 */
export function remainingOf(trace: readonly string[], names: ReadonlyMap<string, number>): RemainingCost {
  const [length, width] = [trace.length, names.size];
  const labels = Int32Array.from(trace, (name) => names.get(name) ?? -1);
  const counts = new Uint32Array((length + 1) * width);
  const known = new Uint32Array(length + 1);
  for (let i = length - 1; i >= 0; i--) {
    counts.copyWithin(i * width, (i + 1) * width, (i + 2) * width);
    const label = labels[i] ?? -1;
    known[i] = (known[i + 1] ?? 0) + (label < 0 ? 0 : 1);
    if (label >= 0) counts[i * width + label] = (counts[i * width + label] ?? 0) + 1;
  }
  return {
    labels,
    atLeast({ counts: { least, most, shortest, longest } }, position) {
      const has = known[position] ?? 0;
      let byName = 0;
      for (let label = 0; label < width; label++) {
        const count = counts[position * width + label] ?? 0;
        byName += Math.max(0, (least[label] ?? 0) - count) + Math.max(0, count - (most[label] ?? 0));
      }
      return length - position - has + Math.max(byName, shortest - has, has - longest);
    },
  };
}
