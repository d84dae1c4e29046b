import { type Path, type Tally } from './path.ts';

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

interface Counted {
  names: string[];
  paths: number;
  customers: number;
  lastCustomer: string;
}

/** Paths that are the same touchpoints in the same order, counted as one; the `top` most frequent are listed, or all. */
export function variants({ top = Infinity }: { top?: number } = {}): Tally<Variants> {
  const byNames = new Map<string, Counted>();
  let paths = 0;
  return {
    add({ customer, steps }: Path) {
      const names = steps.map(({ name }) => name);
      const key = JSON.stringify(names);
      const known = byNames.get(key);
      paths++;
      if (!known) {
        byNames.set(key, { names, paths: 1, customers: 1, lastCustomer: customer });
        return;
      }
      known.paths++;
      if (known.lastCustomer !== customer) known.customers++;
      known.lastCustomer = customer;
    },
    result: () => ({
      paths,
      distinct: byNames.size,
      variants: [...byNames.values()]
        .sort((a, b) => b.paths - a.paths)
        .slice(0, top)
        .map(({ names, paths: own, customers }) => ({ names, paths: own, customers, share: own / paths })),
    }),
  };
}
