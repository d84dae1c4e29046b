import { type BinnedFeatures } from './feature-bins.ts';
import { type Tree } from './decision-tree.ts';

export interface TreeGrowth {
  depth: number;
  /** Penalty on squared leaf values, and the least curvature of a leaf. */
  lambda: number;
  leastWeight: number;
  /** Share of the step to the optimum that a tree takes (Friedman 2001). */
  rate: number;
}

/** First and second derivative of the loss by row. */
export interface Gradients {
  gradient: Float64Array;
  curvature: Float64Array;
}

export interface TrainingMatrix {
  data: BinnedFeatures;
  slopes: Gradients;
  rows: Int32Array;
  columns: readonly number[];
  /** By column, whether the answer may only rise with it. */
  rising: readonly boolean[];
}

interface Sum {
  g: number;
  h: number;
}

interface Node {
  rows: Int32Array;
  sum: Sum;
  low: number;
  high: number;
  depth: number;
}

interface Split {
  column: number;
  /** Rows whose code is above this go right. */
  code: number;
  gain: number;
  left: Sum;
  right: Sum;
}

const optimum = ({ g, h }: Sum, lambda: number, { low, high }: { low: number; high: number }): number =>
  Math.min(high, Math.max(low, -g / (h + lambda)));

/**
 * Returns the loss saved by the answer w instead of 0, −(g w + ½ (h + λ) w²) (Chen and Guestrin
 * 2016, eq. 4; at the optimum their eq. 6).
 */
const saved = ({ g, h }: Sum, w: number, lambda: number): number => -(g * w + 0.5 * (h + lambda) * w * w);

const gradients = new Float64Array(256);
const curvatures = new Float64Array(256);

function histogram({ data, slopes }: TrainingMatrix, column: number, rows: Int32Array): number {
  const codes = data.codes[column] ?? new Uint8Array();
  const bins = (data.cuts[column]?.length ?? 0) + 1;
  gradients.fill(0, 0, bins);
  curvatures.fill(0, 0, bins);
  for (const row of rows) {
    const code = codes[row] ?? 0;
    gradients[code] = (gradients[code] ?? 0) + (slopes.gradient[row] ?? 0);
    curvatures[code] = (curvatures[code] ?? 0) + (slopes.curvature[row] ?? 0);
  }
  return bins;
}

/** A column with its histogram, which `histogram` left in the shared arrays. */
interface BinnedColumn {
  column: number;
  bins: number;
  isRising: boolean;
}

/** Returns the split of a column with a gain above `least`, or undefined. */
function bestSplitOn(
  { column, bins, isRising }: BinnedColumn,
  { node, before }: { node: Node; before: number },
  { lambda, leastWeight, least }: TreeGrowth & { least: number },
): Split | undefined {
  let best: Split | undefined;
  const left = { g: 0, h: 0 };
  for (let code = 0; code < bins - 1; code++) {
    left.g += gradients[code] ?? 0;
    left.h += curvatures[code] ?? 0;
    const right = { g: node.sum.g - left.g, h: node.sum.h - left.h };
    if (Math.min(left.h, right.h) < leastWeight) continue;
    const [low, high] = [optimum(left, lambda, node), optimum(right, lambda, node)];
    if (isRising && low > high) continue;
    const gain = saved(left, low, lambda) + saved(right, high, lambda) - before;
    if (gain > (best?.gain ?? least)) best = { column, code, gain, left: { ...left }, right };
  }
  return best;
}

/** Gain that is more than rounding. */
const leastGain = 1e-9;

/**
 * Returns the split of greatest gain, or undefined without a gain. The right side of a rising
 * column must not have a smaller value.
 */
function bestSplit(matrix: TrainingMatrix, node: Node, growth: TreeGrowth): Split | undefined {
  const { lambda } = growth;
  const before = saved(node.sum, optimum(node.sum, lambda, node), lambda);
  let best: Split | undefined;
  for (const column of matrix.columns) {
    const bins = histogram(matrix, column, node.rows);
    const binned = { column, bins, isRising: matrix.rising[column] === true };
    best = bestSplitOn(binned, { node, before }, { ...growth, least: best?.gain ?? leastGain }) ?? best;
  }
  return best;
}

function children(
  { data, rising }: TrainingMatrix,
  node: Node,
  { split, lambda }: { split: Split; lambda: number },
): [Node, Node] {
  const codes = data.codes[split.column] ?? new Uint8Array();
  const goesLeft = (row: number) => (codes[row] ?? 0) <= split.code;
  const middle = (optimum(split.left, lambda, node) + optimum(split.right, lambda, node)) / 2;
  const bounded = rising[split.column] === true;
  const { low, high } = node;
  const depth = node.depth + 1;
  return [
    { rows: node.rows.filter(goesLeft), sum: split.left, low, high: bounded ? middle : high, depth },
    { rows: node.rows.filter((row) => !goesLeft(row)), sum: split.right, low: bounded ? middle : low, high, depth },
  ];
}

function sumOf({ slopes, rows }: TrainingMatrix): Sum {
  const sum = { g: 0, h: 0 };
  for (const row of rows) {
    sum.g += slopes.gradient[row] ?? 0;
    sum.h += slopes.curvature[row] ?? 0;
  }
  return sum;
}

/** Adds a node to the tree. `next` is the index of its first child. */
function addNode(tree: Tree, split: Split | undefined, { cuts, next }: { cuts: number[][]; next: number }): void {
  tree.column.push(split?.column ?? -1);
  tree.cut.push(split ? (cuts[split.column]?.[split.code] ?? 0) : 0);
  tree.left.push(split ? next : 0);
}

/**
 * Fits one tree, grown level by level on histograms (Chen and Guestrin 2016, XGBoost). Its values
 * are multiplied by the rate already.
 */
export function fitTree(matrix: TrainingMatrix, growth: TreeGrowth): Tree {
  const { depth, rate, lambda } = growth;
  const { cuts } = matrix.data;
  const tree: Tree = { column: [], cut: [], left: [], value: [] };
  const nodes: Node[] = [{ rows: matrix.rows, sum: sumOf(matrix), low: -Infinity, high: Infinity, depth: 0 }];
  for (const node of nodes) {
    const split = node.depth < depth ? bestSplit(matrix, node, growth) : undefined;
    addNode(tree, split, { cuts, next: nodes.length });
    tree.value.push(rate * optimum(node.sum, lambda, node));
    if (split) nodes.push(...children(matrix, node, { split, lambda }));
  }
  return tree;
}
