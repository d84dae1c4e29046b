import { type Alignment, type AlignmentMove } from './alignment.ts';
import { type Automaton } from './plan-automaton.ts';
import { createPriorityQueue, type PriorityQueue } from './priority-queue.ts';
import { type RemainingCost, remainingOf } from './remaining-cost.ts';
import { type RemainingPlan } from './remaining-plan.ts';

/** A node of the search: how much of the path is aligned, and what is left of the plan. */
interface SearchNode {
  position: number;
  rest: RemainingPlan;
  cost: number;
  move?: AlignmentMove;
  from?: SearchNode;
}

/** The search for one path: the nodes reached, and those that are not expanded yet. */
interface Search extends RemainingCost {
  automaton: Automaton;
  trace: readonly string[];
  nodes: SearchNode[];
  open: PriorityQueue;
  /** Least cost at which a node was reached, by its key. */
  best: Map<number, number>;
}

function movesTo(end: SearchNode): AlignmentMove[] {
  const moves: AlignmentMove[] = [];
  for (let at: SearchNode | undefined = end; at?.move; at = at.from) moves.push(at.move);
  return moves.reverse();
}

const keyOf = ({ trace }: Search, { rest, position }: SearchNode): number => rest.id * (trace.length + 1) + position;

/** Adds a node, unless it was reached at the same or a lower cost. */
function reach(search: Search, node: SearchNode): void {
  const { best, nodes, open } = search;
  const key = keyOf(search, node);
  if ((best.get(key) ?? Infinity) <= node.cost) return;
  best.set(key, node.cost);
  nodes.push(node);
  open.push(nodes.length - 1, node.cost + search.atLeast(node.rest, node.position));
}

/**
 * Reaches the neighbours of a node. The cheapest come last, because the queue prefers the latest.
 */
function expand(search: Search, from: SearchNode): void {
  const { automaton, trace, labels } = search;
  const { position, rest, cost } = from;
  const ahead = automaton.aheadOf(rest);
  for (const { leaf, rest: left } of ahead) {
    const move: AlignmentMove = { kind: 'skipped', name: leaf.name, place: leaf.place };
    reach(search, { position, rest: left, cost: cost + 1, move, from });
  }
  const name = trace[position];
  if (name === undefined) return;
  reach(search, { position: position + 1, rest, cost: cost + 1, move: { kind: 'extra', name }, from });
  for (const { leaf, rest: left } of ahead) {
    if (leaf.label !== labels[position]) continue;
    const move: AlignmentMove = { kind: 'planned', name, place: leaf.place };
    reach(search, { position: position + 1, rest: left, cost, move, from });
  }
}

/**
 * Returns the optimal alignment of a path with a plan: the shortest way through the product of the
 * two, by A* (Adriansyah 2014, ch. 4; Carmona, van Dongen, Solti, Weidlich, "Conformance Checking",
 * 2018, ch. 7). Stops after `limit` nodes with the bound proved so far. Deterministic among several
 * optimal alignments.
 */
export function alignPath(automaton: Automaton, trace: readonly string[], limit: number): Alignment {
  const bounds = remainingOf(trace, automaton.labels);
  const search: Search = { ...bounds, automaton, trace, nodes: [], open: createPriorityQueue(), best: new Map() };
  const { nodes, open, best } = search;
  reach(search, { position: 0, rest: automaton.start, cost: 0 });
  for (;;) {
    const next = open.pop();
    const node = next && nodes[next.entry];
    if (!node) throw new Error('a plan can always be walked to its end');
    if ((best.get(keyOf(search, node)) ?? 0) < node.cost) continue;
    if (node.position === trace.length && node.rest.mayEnd)
      return { cost: node.cost, moves: movesTo(node), exact: true, work: nodes.length };
    if (nodes.length > limit) return { cost: next.priority, moves: [], exact: false, work: nodes.length };
    expand(search, node);
  }
}
