import { counter, type Counter, entry } from './counter.ts';
import { type Tally } from './customer-path.ts';

/** One way that customers went, and how many went it. */
export interface Variant {
  names: string[];
  paths: number;
  customers: number;
  /** Of all paths. */
  share: number;
}

export interface Variants {
  paths: number;
  /** How many differ. */
  distinct: number;
  /** The most frequent first; of equal ones the one seen first. */
  variants: Variant[];
}

/** Paths that are the same touchpoints in the same order, counted as one; the `top` most frequent are listed, or all. */
export function variants({ top = Infinity }: { top?: number } = {}): Tally<Variants> {
  const byNames = new Map<string, { names: string[]; counter: Counter }>();
  let paths = 0;
  return {
    add({ customer, steps }) {
      paths++;
      const names = steps.map(({ name }) => name);
      entry(byNames, JSON.stringify(names), () => ({ names, counter: counter() })).counter.add(paths, customer);
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
