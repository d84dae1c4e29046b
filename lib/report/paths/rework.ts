import { type CustomerCount, customerCountOf, createCounter, type Counter, counterEntry } from './counter.ts';
import { type PathTally } from './customer-path.ts';

/** Touchpoints done again in the same path. */
export interface Rework {
  name: string;
  /** Directly again: nothing lay between. */
  atOnce: CustomerCount;
  /** Again after something else. */
  later: CustomerCount;
  /** Most times in one path. */
  mostInOnePath: number;
}

/** Every touchpoint that some path has more than once; what concerns most customers first. `count` leaves out the first time. */
export function countRework(): PathTally<Rework[]> {
  let paths = 0;
  const found = new Map<string, { atOnce: Counter; later: Counter; most: number }>();
  return {
    add(path) {
      paths++;
      const times = new Map<string, number>();
      path.steps.forEach(({ name }, i) => {
        const before = times.get(name) ?? 0;
        times.set(name, before + 1);
        if (before === 0) return;
        const again = counterEntry(found, name, () => ({ atOnce: createCounter(), later: createCounter(), most: 0 }));
        (path.steps[i - 1]?.name === name ? again.atOnce : again.later).add(paths, path.customer);
        again.most = Math.max(again.most, before + 1);
      });
    },
    result: () =>
      [...found]
        .map(([name, { atOnce, later, most }]) => ({
          name,
          atOnce: customerCountOf(atOnce),
          later: customerCountOf(later),
          mostInOnePath: most,
        }))
        .sort(
          (a, b) =>
            b.atOnce.customers + b.later.customers - (a.atOnce.customers + a.later.customers) ||
            b.atOnce.count + b.later.count - (a.atOnce.count + a.later.count),
        ),
  };
}
