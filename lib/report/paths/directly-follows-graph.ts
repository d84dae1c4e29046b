import { type CustomerCount, type Counter, customerCountOf, createCounter, counterEntry } from './counter.ts';
import { type Durations, durations, type DurationSpread, durationSpread } from './durations.ts';
import { type CustomerPath, type PathTally } from './customer-path.ts';

/** A touchpoint of the graph. `starts` and `ends`: paths that begin and end with it. */
export interface FollowsNode extends CustomerCount {
  name: string;
  starts: number;
  ends: number;
}

/** That `to` came directly after `from`, and the time between them. */
export interface FollowsEdge extends CustomerCount {
  from: string;
  to: string;
  time: DurationSpread;
}

export interface DirectlyFollowsGraph {
  paths: number;
  /** The most frequent first. */
  nodes: FollowsNode[];
  edges: FollowsEdge[];
  /** What the filters left out, in occurrences. */
  hidden: { nodes: number; edges: number };
}

export interface FollowsFilter {
  /** Edges in fewer than this share of the paths are left out; their touchpoints stay. */
  minShare?: number;
  /** Only the most frequent touchpoints, and the edges between them. */
  top?: number;
}

interface Edge {
  from: string;
  to: string;
  counter: Counter;
  time: Durations;
}

interface Node {
  counter: Counter;
  starts: number;
  ends: number;
}

/** The graph that is counted while paths pass. */
interface CountedGraph {
  nodes: Map<string, Node>;
  edges: Map<string, Map<string, Edge>>;
  paths: number;
}

const byCount = (a: CustomerCount, b: CustomerCount): number => b.count - a.count;

const createNode = (): Node => ({ counter: createCounter(), starts: 0, ends: 0 });

function edgeOf({ edges }: CountedGraph, from: string, to: string): Edge {
  const targets = counterEntry(edges, from, () => new Map<string, Edge>());
  return counterEntry(targets, to, () => ({ from, to, counter: createCounter(), time: durations() }));
}

function countPath(graph: CountedGraph, { customer, steps }: CustomerPath): void {
  const path = ++graph.paths;
  for (const [i, { name, at }] of steps.entries()) {
    const before = steps[i - 1];
    const node = counterEntry(graph.nodes, name, createNode);
    node.counter.add(path, customer);
    if (i === steps.length - 1) node.ends++;
    if (!before) {
      node.starts++;
      continue;
    }
    const edge = edgeOf(graph, before.name, name);
    edge.counter.add(path, customer);
    edge.time.add(at - before.at);
  }
}

function showEdge({ from, to, counter, time }: Edge): FollowsEdge[] {
  const spread = durationSpread(time);
  return spread ? [{ from, to, ...customerCountOf(counter), time: spread }] : [];
}

const occurrencesOf = (edges: Edge[]): number => edges.reduce((sum, { counter }) => sum + counter.count, 0);

function showGraph(graph: CountedGraph, { minShare = 0, top = Infinity }: FollowsFilter): DirectlyFollowsGraph {
  const nodes = [...graph.nodes]
    .map(([name, { counter, starts, ends }]) => ({ name, ...customerCountOf(counter), starts, ends }))
    .sort(byCount);
  const shown = new Set(nodes.slice(0, top).map(({ name }) => name));
  const edges = [...graph.edges.values()].flatMap((targets) => [...targets.values()]);
  const shownEdges = edges.filter(
    ({ from, to, counter }) => shown.has(from) && shown.has(to) && counter.paths >= minShare * graph.paths,
  );
  return {
    paths: graph.paths,
    nodes: nodes.slice(0, top),
    edges: shownEdges.flatMap(showEdge).sort(byCount),
    hidden: {
      nodes: nodes.slice(top).reduce((sum, { count }) => sum + count, 0),
      edges: occurrencesOf(edges) - occurrencesOf(shownEdges),
    },
  };
}

/**
 * Builds the directly-follows graph (van der Aalst, "Process Mining", 2nd edition 2016, §5.4; its
 * limits: "A practitioner's guide to process mining", 2019). Hiding a touchpoint does not join
 * those before and after it: each edge is something that happened.
 */
export function buildDirectlyFollowsGraph(filter: FollowsFilter = {}): PathTally<DirectlyFollowsGraph> {
  const graph: CountedGraph = { nodes: new Map(), edges: new Map(), paths: 0 };
  return { add: (path) => countPath(graph, path), result: () => showGraph(graph, filter) };
}
