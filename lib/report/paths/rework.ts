import { type Counted, countedOf, counter, type Counter, entry } from './counter.ts';
import { type Tally } from './customer-path.ts';

/** Touchpoints done again in the same path. */
export interface Rework {
  name: string;
  /** Directly again: nothing lay between. */
  atOnce: Counted;
  /** Again after something else. */
  later: Counted;
  /** Most times in one path. */
  mostInOnePath: number;
}

/** Every touchpoint that some path has more than once; what concerns most customers first. `count` leaves out the first time. */
export function rework(): Tally<Rework[]> {
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
        const again = entry(found, name, () => ({ atOnce: counter(), later: counter(), most: 0 }));
        (path.steps[i - 1]?.name === name ? again.atOnce : again.later).add(paths, path.customer);
        again.most = Math.max(again.most, before + 1);
      });
    },
    result: () =>
      [...found]
        .map(([name, { atOnce, later, most }]) => ({
          name,
          atOnce: countedOf(atOnce),
          later: countedOf(later),
          mostInOnePath: most,
        }))
        .sort(
          (a, b) =>
            b.atOnce.customers + b.later.customers - (a.atOnce.customers + a.later.customers) ||
            b.atOnce.count + b.later.count - (a.atOnce.count + a.later.count),
        ),
  };
}
