import { type FittedModel } from './churn-model.ts';
import { silentFor } from '../purchase-model/dropout-model.ts';
import { type PurchaseCounts, purchaseCountsOf } from '../purchase-model/purchase-history.ts';
import { boostedParts } from '../../statistics/learning/boosted-trees.ts';
import { applyCalibration } from '../../statistics/learning/calibration.ts';
import { logistic, logit } from '../../statistics/learning/training-rows.ts';
import { linearParts } from '../../statistics/learning/logistic-regression.ts';
import { columnNames, type CustomerFeatures, rowOf } from './feature-columns.ts';

/** One feature's share of a logit. `mean` is the value it is compared with, if there is one. */
export interface LogitPart {
  feature: string;
  contribution: number;
  value: number;
  mean?: number;
}

/** The parts of a logit: `base` + Σ contributions = `logit`. */
export interface LogitExplanation {
  logit: number;
  base: number;
  parts: LogitPart[];
}

const countNames = ['x', 'tx', 'T'] as const;

/**
 * Weights of subsets of three by their size: |S|! (2 − |S|)! / 3!, the chance that a subset
 * precedes a feature outside of it in a random order.
 */
const weightOf = [1 / 3, 1 / 6, 1 / 3] as const;

/**
 * Shapley values (Shapley 1953; Lundberg and Lee 2017) of `repeats`, `span` and `age` against a
 * median customer's counts. Exact, by all eight mixtures.
 */
function dropoutParts({ dropout, horizonDays }: FittedModel, counts: PurchaseCounts): LogitExplanation | undefined {
  if (!dropout) return undefined;
  const { mean, model } = dropout;
  const mixed = Array.from({ length: 8 }, (_, set) => {
    const [x, tx, T] = countNames.map((name, i) => ((set >> i) & 1 ? counts : mean)[name]);
    const mix = { x: x ?? 0, tx: tx ?? 0, T: Math.max(T ?? 0, tx ?? 0) };
    return logit(silentFor(model, mix, horizonDays));
  });
  const parts = countNames.map((name, i) => {
    const contribution = mixed.reduce((sum, without, set) => {
      if ((set >> i) & 1) return sum;
      const size = [0, 1, 1, 2, 1, 2, 2][set] ?? 0;
      return sum + (weightOf[size] ?? 0) * ((mixed[set | (1 << i)] ?? 0) - without);
    }, 0);
    const feature = { x: 'repeats', tx: 'span', T: 'age' }[name];
    return { feature, contribution, value: counts[name], mean: mean[name] };
  });
  return { logit: mixed[7] ?? 0, base: mixed[0] ?? 0, parts };
}

interface Weights {
  line: number;
  trees: number;
  dropout: number;
}

/**
 * Returns the weights of a line, of trees and of a dropout model in one logit. A customer without
 * key events has no part of the last.
 */
function weightsOf({ kind, boosted, treesShare, dropoutShare }: FittedModel, { habit }: CustomerFeatures): Weights {
  const trees = kind === 'boosted' && boosted ? treesShare : 0;
  const dropout = habit ? (1 - trees) * dropoutShare : 0;
  return { line: 1 - trees - dropout, trees, dropout };
}

type FittedLine = NonNullable<FittedModel['linear']>;

/** Returns the parts of line and trees together, one for each column, and the base of both. */
function columnParts(
  { layout, boosted }: FittedModel,
  linear: FittedLine,
  { row, weights }: { row: Float64Array; weights: Weights },
): Omit<LogitExplanation, 'logit'> {
  const lines = linearParts(linear, row);
  const trees = weights.trees > 0 && boosted ? boostedParts(boosted, row) : undefined;
  const parts = columnNames(layout).map((feature, j) => ({
    feature,
    contribution: weights.line * (lines[j] ?? 0) + weights.trees * (trees?.parts[j] ?? 0),
    value: row[j] ?? NaN,
    mean: linear.columns[j]?.mean ?? NaN,
  }));
  return { base: weights.line * linear.base + weights.trees * (trees?.base ?? 0), parts };
}

/**
 * Adds the weighted parts of a dropout model to those of the same feature, and appends the others.
 */
function addDropoutParts(columns: LogitPart[], dropout: LogitPart[], weight: number): LogitPart[] {
  const left = new Map(dropout.map((part) => [part.feature, part]));
  const merged = columns.map((part) => {
    const { contribution = 0 } = left.get(part.feature) ?? {};
    left.delete(part.feature);
    return { ...part, contribution: part.contribution + weight * contribution };
  });
  return [...merged, ...[...left.values()].map((part) => ({ ...part, contribution: weight * part.contribution }))];
}

/**
 * Adds a line, trees and a dropout model by their shares (stacking: Wolpert 1992). Parts of the
 * same feature are summed under one name.
 */
function stackedParts(model: FittedModel, known: CustomerFeatures, now: number): LogitExplanation | undefined {
  const { linear, layout, horizonDays, dropoutShift } = model;
  if (!linear) return undefined;
  const weights = weightsOf(model, known);
  const row = rowOf(layout, known, { now, horizonDays });
  const columns = columnParts(model, linear, { row, weights });
  const dropout =
    weights.dropout > 0 && known.habit ? dropoutParts(model, purchaseCountsOf(known.habit, now)) : undefined;
  const parts = addDropoutParts(columns.parts, dropout?.parts ?? [], weights.dropout);
  const base = columns.base + weights.dropout * ((dropout?.base ?? 0) + dropoutShift);
  return { logit: parts.reduce((sum, { contribution }) => sum + contribution, base), base, parts };
}

/** Returns the logit before calibration. Undefined if the model has no input. */
export function rawLogit(model: FittedModel, known: CustomerFeatures, now: number): LogitExplanation | undefined {
  if (model.kind !== 'dropout') return stackedParts(model, known, now);
  return known.habit && dropoutParts(model, purchaseCountsOf(known.habit, now));
}

/** Returns the calibrated logit, with each feature's contribution. */
export function explainLogit(model: FittedModel, known: CustomerFeatures, now: number): LogitExplanation | undefined {
  const raw = rawLogit(model, known, now);
  if (!raw) return undefined;
  const { slope } = model.calibration;
  return {
    logit: applyCalibration(model.calibration, raw.logit),
    base: applyCalibration(model.calibration, raw.base),
    parts: raw.parts.map((part) => ({ ...part, contribution: slope * part.contribution })),
  };
}

/** Returns P(no key event within the horizon). It does not fall with time alone. */
export function probability(model: FittedModel, known: CustomerFeatures, now: number): number | undefined {
  const explained = explainLogit(model, known, now);
  return explained && logistic(explained.logit);
}
