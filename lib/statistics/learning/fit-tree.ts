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

/** The split of greatest gain, or undefined when none gains. A rising column must not answer less on the right. */
function bestSplit(soil: TrainingMatrix, node: Node, { lambda, leastWeight }: TreeGrowth): Split | undefined {
  const before = saved(node.sum, optimum(node.sum, lambda, node), lambda);
  let best: Split | undefined;
  for (const column of soil.columns) {
    const bins = histogram(soil, column, node.rows);
    const left = { g: 0, h: 0 };
    for (let code = 0; code < bins - 1; code++) {
      left.g += gradients[code] ?? 0;
      left.h += curvatures[code] ?? 0;
      const right = { g: node.sum.g - left.g, h: node.sum.h - left.h };
      if (left.h < leastWeight || right.h < leastWeight) continue;
      const [one, other] = [optimum(left, lambda, node), optimum(right, lambda, node)];
      if (soil.rising[column] === true && one > other) continue;
      const gain = saved(left, one, lambda) + saved(right, other, lambda) - before;
      if (gain > (best?.gain ?? 1e-9)) best = { column, code, gain, left: { ...left }, right };
    }
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

/** One tree, grown level by level on histograms (Chen and Guestrin 2016, XGBoost). Its values are already multiplied by the rate. */
export function fitTree(soil: TrainingMatrix, growth: TreeGrowth): Tree {
  const tree: Tree = { column: [], cut: [], left: [], value: [] };
  const sum = { g: 0, h: 0 };
  for (const row of soil.rows) {
    sum.g += soil.slopes.gradient[row] ?? 0;
    sum.h += soil.slopes.curvature[row] ?? 0;
  }
  const nodes: Node[] = [{ rows: soil.rows, sum, low: -Infinity, high: Infinity, depth: 0 }];
  for (const node of nodes) {
    const split = node.depth < growth.depth ? bestSplit(soil, node, growth) : undefined;
    tree.column.push(split?.column ?? -1);
    tree.cut.push(split ? (soil.data.cuts[split.column]?.[split.code] ?? 0) : 0);
    tree.left.push(split ? nodes.length : 0);
    tree.value.push(growth.rate * optimum(node.sum, growth.lambda, node));
    if (split) nodes.push(...children(soil, node, { split, lambda: growth.lambda }));
  }
  return tree;
}
