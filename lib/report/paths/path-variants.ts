import { createCounter, type Counter, counterEntry } from './counter.ts';
import { type PathTally } from './customer-path.ts';

/** One way that customers went, and how many went it. */
export interface PathVariant {
  names: string[];
  paths: number;
  customers: number;
  /** Of all paths. */
  share: number;
}

export interface PathVariants {
  paths: number;
  /** How many differ. */
  distinct: number;
  /** The most frequent first; of equal ones the one seen first. */
  variants: PathVariant[];
}

/**
 * Counts paths of the same touchpoints in the same order as one variant. Lists the `top` most
 * frequent, or all.
 */
export function findPathVariants({ top = Infinity }: { top?: number } = {}): PathTally<PathVariants> {
  const byNames = new Map<string, { names: string[]; counter: Counter }>();
  let paths = 0;
  return {
    add({ customer, steps }) {
      paths++;
      const names = steps.map(({ name }) => name);
      counterEntry(byNames, JSON.stringify(names), () => ({ names, counter: createCounter() })).counter.add(
        paths,
        customer,
      );
    },
    result: () => ({
      paths,
      distinct: byNames.size,
      variants: [...byNames.values()]
        .sort((a, b) => b.counter.paths - a.counter.paths)
        .slice(0, top)
        .map(({ names, counter: { paths: own, customers } }) => ({ names, paths: own, customers, share: own / paths })),
    }),
  };
}
