import { fitDropout } from '../purchase-model/fit-dropout.ts';
import { purchaseCountsOf } from '../purchase-model/purchase-history.ts';
import { defaultBoosting, fitBoosted, tuneBoosting } from '../../statistics/learning/boosted-trees.ts';
import { identityCalibration } from '../../statistics/learning/calibration.ts';
import { type TrainingRows, logistic } from '../../statistics/learning/training-rows.ts';
import { fitLogistic } from '../../statistics/learning/logistic-regression.ts';
import { type LabelledProbability } from '../../statistics/learning/model-metrics.ts';
import { columnNames, type Layout, isRisingColumn, rowOf } from './feature-columns.ts';
import { rawLogit } from './explain-logit.ts';
import { type ModelKind } from '../../model/churn-risk.ts';
import { type FittedModel } from './churn-model.ts';
import { type Example, timesOf } from './training-windows.ts';

export interface FitTerms {
  layout: Layout;
  horizonDays: number;
  /**
   * Whether forecasts are at the level of the newest window, which is measured there. Default: the
   * level expected next.
   */
  ofNewest?: boolean;
}

/**
 * Penalty of the ridge, in customers: enough to hold a column that few customers have, nothing
 * against thousands.
 */
const penalty = 10;

/** Customers with attributes from which on trees are grown. */
export const boostingFrom = 2_000;

export function datasetOf(
  examples: readonly Example[],
  { layout, horizonDays, ofNewest = false }: FitTerms,
): TrainingRows {
  const times = timesOf(examples, horizonDays);
  return {
    times: { ...times, levels: ofNewest ? times.levels.map((_, i) => Number(i === 0)) : times.levels },
    names: columnNames(layout),
    rows: examples.map((one) => rowOf(layout, one, { now: one.origin, horizonDays })),
    labels: examples.map(({ label }) => label),
  };
}

/** Of a model that is one model alone. */
export const singleModelShares = { treesShare: 0, dropoutShare: 0, dropoutShift: 0 } as const;

/**
 * Fits a dropout model to customers as they were at `now`; needs no label. Undefined without key
 * events.
 */
export function fitDropoutModel(
  customers: readonly Pick<Example, 'habit'>[],
  { layout, horizonDays, now, near }: FitTerms & { now: number; near?: FittedModel | undefined },
): FittedModel | undefined {
  const counts = customers.flatMap(({ habit }) => (habit ? [purchaseCountsOf(habit, now)] : []));
  if (counts.length === 0) return undefined;
  const { model, dropoutIdentified: identified } = fitDropout('mbg', counts, near?.dropout?.model);
  const mean = (of: 'x' | 'tx' | 'T') => counts.reduce((sum, one) => sum + one[of], 0) / counts.length;
  return {
    ...{ kind: 'dropout', layout, horizonDays, calibration: identityCalibration, ...singleModelShares },
    dropout: { model, identified, mean: { x: mean('x'), tx: mean('tx'), T: mean('T') } },
  };
}

const sixDigits = (value: number): number => Number(value.toPrecision(6));

export interface ModelFitter extends FitTerms {
  kind: Exclude<ModelKind, 'dropout'>;
  /** How trees are grown, when chosen already: choosing costs more than growing. */
  boosting?: typeof defaultBoosting;
}

/** How the trees for these examples are to be grown, by cross-validation on them alone. */
export const boostingFor = (examples: readonly Example[], terms: FitTerms): typeof defaultBoosting =>
  tuneBoosting(datasetOf(examples, terms), { ...defaultBoosting, rising: isRisingColumn });

/**
 * Fits a linear model to examples. For the kind `boosted` it also fits trees, which then make the
 * forecasts.
 */
export function fitModel(examples: readonly Example[], { kind, boosting, ...terms }: ModelFitter): FittedModel {
  const { layout, horizonDays } = terms;
  const data = datasetOf(examples, terms);
  const trees = kind === 'boosted' ? fitBoosted(data, boosting ?? boostingFor(examples, terms)) : undefined;
  return {
    kind,
    layout,
    horizonDays,
    calibration: identityCalibration,
    ...singleModelShares,
    ...(trees && { treesShare: 1 }),
    linear: fitLogistic(data, { penalty, rising: isRisingColumn }),
    ...(trees && {
      boosted: { ...trees, trees: trees.trees.map((tree) => ({ ...tree, value: tree.value.map(sixDigits) })) },
    }),
  };
}

/** Forecasts before calibration. Without anything to go by: even odds. */
export const forecast = (model: FittedModel, examples: readonly Example[]): LabelledProbability[] =>
  examples.map((one) => ({ p: logistic(rawLogit(model, one, one.origin)?.logit ?? 0), y: one.label }));

const parts = 5;

/**
 * Returns a forecast for each example in `window`, by a model of other customers. Calls `learnFrom`
 * once without each fifth.
 */
export function crossFit(
  window: readonly Example[],
  learnFrom: (isOther: (example: Example) => boolean) => FittedModel | undefined,
): LabelledProbability[] {
  const outcomes = new Map<Example, LabelledProbability>();
  for (let part = 0; part < parts; part++) {
    const own = window.filter(({ customer }) => customer % parts === part);
    const model = learnFrom(({ customer }) => customer % parts !== part);
    if (!model) return [];
    forecast(model, own).forEach((outcome, i) => own[i] && outcomes.set(own[i], outcome));
  }
  return window.flatMap((one) => outcomes.get(one) ?? []);
}
