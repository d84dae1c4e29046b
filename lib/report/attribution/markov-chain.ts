import { validPath, type ConversionPath } from './conversion-path.ts';

/**
 * First-order Markov chain of conversion paths. `counts` holds moves between states: 0 is the
 * start, and touch `names[i]` is i + 1. `converted` and `lost` are moves out of a state to the two
 * ends.
 */
export interface Chain {
  names: string[];
  counts: number[][];
  converted: number[];
  lost: number[];
  conversions: number;
  nulls: number;
  value: number;
}

const emptyChain = (): Chain => ({
  names: [],
  counts: [[0]],
  converted: [0],
  lost: [0],
  conversions: 0,
  nulls: 0,
  value: 0,
});

function addState(chain: Chain, name: string): number {
  chain.names.push(name);
  for (const row of chain.counts) row.push(0);
  chain.counts.push(new Array<number>(chain.names.length + 1).fill(0));
  chain.converted.push(0);
  chain.lost.push(0);
  return chain.names.length;
}

function add(cells: number[] | undefined, at: number, weight: number): void {
  if (cells) cells[at] = (cells[at] ?? 0) + weight;
}

/** A chain that is counted, with the number of each touch's state. */
interface CountedChain {
  chain: Chain;
  states: Map<string, number>;
}

/** A touch that a path moves to, and how many customers took the path. */
interface TouchMove {
  touch: string;
  weight: number;
}

/** Counts the move to a touch's state, which is returned. A repeat is no move. */
function countMove({ chain, states }: CountedChain, from: number, { touch, weight }: TouchMove): number {
  const next = states.get(touch) ?? addState(chain, touch);
  states.set(touch, next);
  if (next !== from) add(chain.counts[from], next, weight);
  return next;
}

function countPath(counted: CountedChain, path: ConversionPath): void {
  const valid = validPath(path);
  if (!valid || valid.conversions + valid.nulls === 0) return;
  const { touches, conversions, nulls, value } = valid;
  const weight = conversions + nulls;
  const state = touches.reduce((from, touch) => countMove(counted, from, { touch, weight }), 0);
  const { chain } = counted;
  add(chain.converted, state, conversions);
  add(chain.lost, state, nulls);
  chain.conversions += conversions;
  chain.nulls += nulls;
  chain.value += value;
}

/**
 * Counts the transitions of paths as they pass. Memory grows with the square of the touches.
 * Repeats of a touch are omitted, because they are no transition.
 */
export function chainTally(): { add(path: ConversionPath): void; chain: Chain } {
  const counted: CountedChain = { chain: emptyChain(), states: new Map() };
  return { chain: counted.chain, add: (path) => countPath(counted, path) };
}

/** Returns the chain of all paths. */
export function chainOf(paths: Iterable<ConversionPath>): Chain {
  const tally = chainTally();
  for (const path of paths) tally.add(path);
  return tally.chain;
}
