import { type Durations, durations, type DurationSpread, durationSpread } from './durations.ts';
import { counterEntry } from './counter.ts';
import { type CustomerPath, type PathStep, type PathTally } from './customer-path.ts';

export interface Anchor {
  touchpoint: string;
  /** `from`: what came after the first occurrence. `to`: what came before it, backwards. */
  direction: 'from' | 'to';
  /** Touchpoints shown on either way, the anchor not counted. */
  depth?: number;
  /** Branches shown at each place; the others are gathered in `others`. */
  top?: number;
  /** The same touchpoint directly again is shown once. */
  collapse?: boolean;
}

/**
 * A place that paths reached, and how they continued: `paths` = `ended` + `beyond` + `others` +
 * those of `next`.
 */
export interface Branch {
  name: string;
  paths: number;
  /** Of the paths through the anchor. */
  share: number;
  /** Nothing further in this direction: the path ended here, or began here. */
  ended: number;
  /** Went on past the depth shown. */
  beyond: number;
  /** Went on to touchpoints too rare to be shown, and how many these are. */
  others: { paths: number; names: number };
  /** Time from the place before (backwards: to it); none at the anchor. */
  time?: DurationSpread;
  next: Branch[];
}

export interface Branches {
  paths: number;
  /** Undefined where no path has the anchor. */
  root?: Branch;
}

interface Place {
  paths: number;
  ended: number;
  beyond: number;
  time: Durations;
  next: Map<string, Place>;
}

const place = (): Place => ({ paths: 0, ended: 0, beyond: 0, time: durations(), next: new Map() });

/** Returns the steps from the anchor on, in reading order. */
function stepsFromAnchor({ steps }: CustomerPath, { touchpoint, direction, collapse = true }: Anchor): PathStep[] {
  const at = steps.findIndex(({ name }) => name === touchpoint);
  if (at < 0) return [];
  const read = direction === 'from' ? steps.slice(at) : steps.slice(0, at + 1).reverse();
  return collapse ? read.filter(({ name }, i) => name !== read[i - 1]?.name) : read;
}

function branchOf(name: string, { paths, ended, beyond, time, next }: Place, of: { all: number; top: number }): Branch {
  const ranked = [...next].sort(([, a], [, b]) => b.paths - a.paths);
  const rare = ranked.slice(of.top);
  const spread = durationSpread(time);
  return {
    name,
    paths,
    share: paths / of.all,
    ended,
    beyond,
    others: { paths: rare.reduce((sum, [, one]) => sum + one.paths, 0), names: rare.length },
    ...(spread && { time: spread }),
    next: ranked.slice(0, of.top).map(([after, one]) => branchOf(after, one, of)),
  };
}

/** Adds the steps from the anchor on, at most `depth` of them behind it. */
function countSteps(root: Place, [anchor, ...steps]: [PathStep, ...PathStep[]], depth: number): void {
  let [here, before] = [root, anchor.at];
  here.paths++;
  for (const { name, at } of steps.slice(0, depth)) {
    here = counterEntry(here.next, name, place);
    here.paths++;
    here.time.add(Math.abs(at - before));
    before = at;
  }
  if (steps.length > depth) here.beyond++;
  else here.ended++;
}

/**
 * Counts where paths go from a touchpoint, or how they come to it, as a tree with the paths lost at
 * each place. Memory grows with the distinct paths of the depth.
 */
export function countBranches(anchor: Anchor): PathTally<Branches> {
  const { touchpoint, depth = 4, top = 8 } = anchor;
  const root = place();
  let paths = 0;
  return {
    add(path) {
      paths++;
      const [first, ...others] = stepsFromAnchor(path, anchor);
      if (first) countSteps(root, [first, ...others], depth);
    },
    result: () => ({
      paths,
      ...(root.paths > 0 && { root: branchOf(touchpoint, root, { all: root.paths, top }) }),
    }),
  };
}
