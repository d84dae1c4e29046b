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

const byCount = (a: CustomerCount, b: CustomerCount): number => b.count - a.count;

/**
 * Directly-follows graph (van der Aalst, "Process Mining", 2nd edition 2016, §5.4; its limits: "A practitioner's guide to process
 * mining: limitations of the directly-follows graph", 2019). Leaving out touchpoints does not join what came before and after them: an
 * edge is always something that happened.
 */
export function buildDirectlyFollowsGraph({
  minShare = 0,
  top = Infinity,
}: FollowsFilter = {}): PathTally<DirectlyFollowsGraph> {
  const nodes = new Map<string, Node>();
  const edges = new Map<string, Map<string, Edge>>();
  let paths = 0;

  const nodeOf = (name: string): Node =>
    counterEntry(nodes, name, () => ({ counter: createCounter(), starts: 0, ends: 0 }));
  const edgeOf = (from: string, to: string): Edge =>
    counterEntry(
      counterEntry(edges, from, () => new Map<string, Edge>()),
      to,
      () => ({ from, to, counter: createCounter(), time: durations() }),
    );

  function result(): DirectlyFollowsGraph {
    const allNodes = [...nodes]
      .map(([name, node]) => ({ name, ...customerCountOf(node.counter), starts: node.starts, ends: node.ends }))
      .sort(byCount);
    const shown = new Set(allNodes.slice(0, top).map(({ name }) => name));
    const allEdges = [...edges.values()].flatMap((to) => [...to.values()]);
    const kept = allEdges.filter(
      ({ from, to, counter: { paths: own } }) => shown.has(from) && shown.has(to) && own >= minShare * paths,
    );
    const occurrences = (all: Edge[]): number => all.reduce((sum, edge) => sum + edge.counter.count, 0);
    return {
      paths,
      nodes: allNodes.slice(0, top),
      edges: kept
        .flatMap(({ from, to, counter: own, time }) => {
          const spread = durationSpread(time);
          return spread ? [{ from, to, ...customerCountOf(own), time: spread }] : [];
        })
        .sort(byCount),
      hidden: {
        nodes: allNodes.slice(top).reduce((sum, { count }) => sum + count, 0),
        edges: occurrences(allEdges) - occurrences(kept),
      },
    };
  }

  return {
    add(path: CustomerPath) {
      paths++;
      path.steps.forEach(({ name, at }, i) => {
        const before = path.steps[i - 1];
        const node = nodeOf(name);
        node.counter.add(paths, path.customer);
        if (!before) node.starts++;
        if (i === path.steps.length - 1) node.ends++;
        if (!before) return;
        const edge = edgeOf(before.name, name);
        edge.counter.add(paths, path.customer);
        edge.time.add(at - before.at);
      });
    },
    result,
  };
}
