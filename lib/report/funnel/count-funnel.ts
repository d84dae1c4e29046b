import { inOrder, type PathStep, type PathTally } from '../paths/customer-path.ts';

export interface FunnelPlan {
  /** Names of touchpoints in their order. Others may happen in between. A name may occur again. */
  steps: readonly string[];
  /** Time from the first step to the last, at most, ms. Default: no limit. */
  windowMs?: number;
}

/**
 * How many customers reached a step, with shares of those who began and of those who reached the
 * step before.
 */
export interface FunnelStep {
  name: string;
  customers: number;
  ofFirst: number;
  ofPrevious: number;
}

/**
 * Touchpoints of one time, by name. Sources give simultaneous touchpoints one time, so their order
 * means nothing.
 */
interface Moment {
  at: number;
  counts: Map<string, number>;
}

function* momentsOf(steps: readonly PathStep[]): Generator<Moment> {
  let moment: Moment | undefined;
  for (const { name, at } of steps) {
    if (moment?.at !== at) {
      if (moment) yield moment;
      moment = { at, counts: new Map() };
    }
    moment.counts.set(name, (moment.counts.get(name) ?? 0) + 1);
  }
  if (moment) yield moment;
}

/** How many of `steps` a moment can take in turn, each touchpoint used once. */
function taken(steps: readonly string[], { counts }: Moment): number {
  const used = new Map<string, number>();
  const missing = steps.findIndex((name) => {
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    return count > (counts.get(name) ?? 0);
  });
  return missing === -1 ? steps.length : missing;
}

/**
 * Returns the number of steps a customer completed. Any touchpoint of the first step may be the
 * beginning. For each step the latest beginning that reached it is kept, which has most of its
 * window left. One pass; memory grows with the steps.
 */
export function depthOf({ steps: names, windowMs = Infinity }: FunnelPlan, steps: readonly PathStep[]): number {
  const begins = new Array<number>(names.length).fill(-Infinity);
  const wanted = new Set(names);
  for (const moment of momentsOf(inOrder(steps.filter(({ name }) => wanted.has(name))))) {
    // From the deepest on, so that what a moment adds is not taken for what was there before it.
    for (let reached = names.length - 1; reached >= 0; reached--) {
      const began = reached === 0 ? moment.at : (begins[reached - 1] ?? -Infinity);
      if (moment.at - began > windowMs || began === -Infinity) continue;
      const more = taken(names.slice(reached), moment);
      for (let i = reached; i < reached + more; i++) begins[i] = Math.max(begins[i] ?? -Infinity, began);
    }
  }
  return begins.findLastIndex((began) => began !== -Infinity) + 1;
}

const share = (count: number, of = 0): number => (of > 0 ? count / of : 0);

/** Returns the steps of a funnel, given how many customers reached each. */
function showFunnel(names: readonly string[], reached: number[]): FunnelStep[] {
  return names.map((name, i) => {
    const customers = reached[i] ?? 0;
    return {
      name,
      customers,
      ofFirst: share(customers, reached[0]),
      ofPrevious: share(customers, reached[i - 1] ?? customers),
    };
  });
}

/**
 * Counts an ordered funnel with a conversion window. Takes one path per customer, cut without a
 * gap. Memory grows with the steps alone.
 */
export function countFunnel(plan: FunnelPlan): PathTally<FunnelStep[]> {
  const reached = plan.steps.map(() => 0);
  return {
    add({ steps }) {
      const depth = depthOf(plan, steps);
      for (let i = 0; i < depth; i++) reached[i] = (reached[i] ?? 0) + 1;
    },
    result: () => showFunnel(plan.steps, reached),
  };
}
