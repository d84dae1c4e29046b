import { type CustomerCount, customerCountOf, createCounter, type Counter, counterEntry } from './counter.ts';
import { type CustomerPath, type PathTally } from './customer-path.ts';

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

interface RepeatCounts {
  atOnce: Counter;
  later: Counter;
  most: number;
}

const createRepeatCounts = (): RepeatCounts => ({ atOnce: createCounter(), later: createCounter(), most: 0 });

/** Counts the repeats in a path, whose number is `path`. */
function countRepeats(found: Map<string, RepeatCounts>, { customer, steps }: CustomerPath, path: number): void {
  const times = new Map<string, number>();
  for (const [i, { name }] of steps.entries()) {
    const before = times.get(name) ?? 0;
    times.set(name, before + 1);
    if (before === 0) continue;
    const repeats = counterEntry(found, name, createRepeatCounts);
    (steps[i - 1]?.name === name ? repeats.atOnce : repeats.later).add(path, customer);
    repeats.most = Math.max(repeats.most, before + 1);
  }
}

const customersOf = ({ atOnce, later }: Rework): number => atOnce.customers + later.customers;
const countOf = ({ atOnce, later }: Rework): number => atOnce.count + later.count;

function toRework([name, { atOnce, later, most }]: [string, RepeatCounts]): Rework {
  return { name, atOnce: customerCountOf(atOnce), later: customerCountOf(later), mostInOnePath: most };
}

/**
 * Counts touchpoints that occur more than once in a path, those of most customers first. `count`
 * leaves out the first occurrence.
 */
export function countRework(): PathTally<Rework[]> {
  let paths = 0;
  const found = new Map<string, RepeatCounts>();
  return {
    add: (path) => countRepeats(found, path, ++paths),
    result: () => [...found].map(toRework).sort((a, b) => customersOf(b) - customersOf(a) || countOf(b) - countOf(a)),
  };
}
