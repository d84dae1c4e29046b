import { type Way } from './way.ts';

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

/** Counts moves, once over the ways; memory grows with the square of the touches. Repeats of a touch are left out: they move nobody on. */
export function chainOf(ways: Iterable<Way>): Chain {
  const chain = emptyChain();
  const states = new Map<string, number>();
  for (const { touches, conversions, nulls, value = 0 } of ways) {
    const weight = conversions + nulls;
    if (!(weight > 0)) continue;
    let state = 0;
    for (const touch of touches) {
      let next = states.get(touch);
      if (next === undefined) states.set(touch, (next = addState(chain, touch)));
      if (next !== state) add(chain.counts[state], next, weight);
      state = next;
    }
    add(chain.converted, state, conversions);
    add(chain.lost, state, nulls);
    chain.conversions += conversions;
    chain.nulls += nulls;
    chain.value += value;
  }
  return chain;
}
