import { validPath, type ConversionPath } from './conversion-path.ts';

/**
 * First-order Markov chain of ways: `counts` moves between states, of which 0 is the start and touch `names[i]` is i + 1; `converted` and
 * `lost` moves out of a state to the two ends.
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

/**
 * Counts the transitions of paths as they pass. Memory grows with the square of the touches.
 * Repeats of a touch are omitted, because they are no transition.
 */
export function chainTally(): { add(way: ConversionPath): void; chain: Chain } {
  const chain = emptyChain();
  const states = new Map<string, number>();
  function step(from: number, touch: string, weight: number): number {
    const next = states.get(touch) ?? addState(chain, touch);
    states.set(touch, next);
    if (next !== from) add(chain.counts[from], next, weight);
    return next;
  }
  return {
    chain,
    add(way) {
      const read = validPath(way);
      if (!read || read.conversions + read.nulls === 0) return;
      const { touches, conversions, nulls, value } = read;
      const weight = conversions + nulls;
      const state = touches.reduce((from, touch) => step(from, touch, weight), 0);
      add(chain.converted, state, conversions);
      add(chain.lost, state, nulls);
      chain.conversions += conversions;
      chain.nulls += nulls;
      chain.value += value;
    },
  };
}

/** The same, once over the ways. */
export function chainOf(ways: Iterable<ConversionPath>): Chain {
  const tally = chainTally();
  for (const way of ways) tally.add(way);
  return tally.chain;
}
