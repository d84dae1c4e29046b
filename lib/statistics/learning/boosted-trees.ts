import * as z from 'zod';
import { type Random, seeded } from '../../shared/random.ts';
import { binFeatures } from './feature-bins.ts';
import { type TrainingRows, assignFolds, logistic, logit, pickRows } from './training-rows.ts';
import { fitTree, type TreeGrowth } from './fit-tree.ts';
import { Tree, evaluateTree } from './decision-tree.ts';

/** A sum of trees on the logit scale: `base` + Σ trees. */
export const BoostedModel = z.object({ base: z.number(), names: z.array(z.string()), trees: z.array(Tree) });
export type BoostedModel = z.infer<typeof BoostedModel>;

export interface BoostingOptions extends TreeGrowth {
  trees: number;
  /** Share of rows, and of columns, that each tree uses (Friedman 2002). */
  rows: number;
  columns: number;
  seed: number;
  rising?: ReadonlySet<string>;
}

/**
 * Options chosen without data: shallow trees, small steps, half of the rows and columns.
 * `tuneBoosting` chooses depth and number.
 */
export const defaultBoosting: BoostingOptions = {
  depth: 3,
  lambda: 1,
  leastWeight: 10,
  rate: 0.05,
  trees: 300,
  rows: 0.5,
  columns: 0.5,
  seed: 1,
};

export const boostedLogit = (model: BoostedModel, row: ArrayLike<number>): number =>
  model.trees.reduce((sum, tree) => sum + evaluateTree(tree, row), model.base);

/**
 * Returns the logit as a base equal for all rows, and each column's contribution along the trees'
 * paths.
 */
export function boostedParts(model: BoostedModel, row: ArrayLike<number>): { base: number; parts: Float64Array } {
  const parts = new Float64Array(model.names.length);
  let base = model.base;
  for (const tree of model.trees) {
    base += tree.value[0] ?? 0;
    evaluateTree(tree, row, parts);
  }
  return { base, parts };
}

const sample = (size: number, share: number, random: Random): number[] => {
  const all = Array.from({ length: size }, (_, i) => i).filter(() => random() < share);
  return all.length > 0 ? all : [Math.floor(random() * size)];
};

/** Called with each new tree, to follow the loss on other rows. */
type Watch = (tree: Tree) => void;

/**
 * Fits by gradient boosting of the binomial log-loss (Friedman 2001, algorithm 5; Newton steps as
 * in Chen and Guestrin 2016).
 */
export function fitBoosted(data: TrainingRows, options: BoostingOptions, watch?: Watch): BoostedModel {
  const { rows, labels, names } = data;
  const size = rows.length;
  const base = logit((labels.reduce<number>((sum, y) => sum + y, 0) + 0.5) / (size + 1));
  const model: BoostedModel = { base, names: [...names], trees: [] };
  const random = seeded(options.seed);
  const bins = binFeatures(data);
  const rising = names.map((name) => options.rising?.has(name) ?? false);
  const scores = new Float64Array(size).fill(base);
  const slopes = { gradient: new Float64Array(size), curvature: new Float64Array(size) };
  for (let t = 0; t < options.trees && size > 0; t++) {
    scores.forEach((score, i) => {
      const p = logistic(score);
      slopes.gradient[i] = p - (labels[i] ?? 0);
      slopes.curvature[i] = p * (1 - p);
    });
    const chosen = Int32Array.from(sample(size, options.rows, random));
    const tree = fitTree(
      { data: bins, slopes, rows: chosen, columns: sample(names.length, options.columns, random), rising },
      options,
    );
    rows.forEach((row, i) => (scores[i] = (scores[i] ?? 0) + evaluateTree(tree, row)));
    model.trees.push(tree);
    watch?.(tree);
  }
  return model;
}

/** Returns the mean log-loss on `test` after each number of trees fitted on `train`. */
function lossByTrees(train: TrainingRows, test: TrainingRows, options: BoostingOptions): number[] {
  const sums = new Float64Array(test.rows.length);
  const losses: number[] = [];
  const added: Tree[] = [];
  const { base } = fitBoosted(train, options, (tree) => added.push(tree));
  for (const tree of added) {
    test.rows.forEach((row, i) => (sums[i] = (sums[i] ?? 0) + evaluateTree(tree, row)));
    const total = sums.reduce(
      (sum, s, i) => sum + Math.log1p(Math.exp(test.labels[i] === 1 ? -base - s : base + s)),
      0,
    );
    losses.push(total / Math.max(1, test.rows.length));
  }
  return losses;
}

const depths = [2, 3];

/**
 * Returns the options with the depth and number of trees of least log-loss in `parts`-fold
 * cross-validation. The other options are unchanged.
 */
export function tuneBoosting(data: TrainingRows, options: BoostingOptions, parts = 3): BoostingOptions {
  const sets = assignFolds(data.rows.length, parts).map(
    ({ train, test }) => [pickRows(data, train), pickRows(data, test)] as const,
  );
  let best = { loss: Infinity, options };
  for (const depth of depths) {
    const curves = sets.map(([train, test]) => lossByTrees(train, test, { ...options, depth }));
    for (let trees = 1; trees <= options.trees; trees++) {
      const loss = curves.reduce((sum, curve) => sum + (curve[trees - 1] ?? Infinity), 0) / parts;
      if (loss < best.loss) best = { loss, options: { ...options, depth, trees } };
    }
  }
  return best.options;
}
