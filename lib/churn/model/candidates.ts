import { fitDropout, type FittedDropout } from '../buying/fit-dropout.ts';
import { countsOf } from '../buying/habit.ts';
import { defaults, fitBoosted, tune } from '../learn/boosting.ts';
import { uncalibrated } from '../learn/calibrate.ts';
import { type Dataset } from '../learn/dataset.ts';
import { logistic } from '../learn/dataset.ts';
import { fitLogistic } from '../learn/logistic.ts';
import { type Outcome } from '../learn/metrics.ts';
import { columnNames, type Layout, rising, rowOf } from './columns.ts';
import { rawLogit } from './logit.ts';
import { type ChurnModel, type ModelKind } from './model.ts';
import { type Example } from './windows.ts';

/** What learning yields, before it is calibrated and described. */
export type Learnt = Pick<
  ChurnModel,
  'kind' | 'dropout' | 'linear' | 'boosted' | 'treesShare' | 'layout' | 'horizonDays' | 'calibration'
>;

export interface LearnTerms {
  layout: Layout;
  horizonDays: number;
}

/** Customers the ridge is worth: enough to hold a column that few customers have, nothing against thousands. */
const penalty = 10;

/** Customers with attributes from which on trees are grown. */
export const boostingFrom = 2_000;

export function datasetOf(examples: readonly Example[], { layout, horizonDays }: LearnTerms): Dataset {
  return {
    names: columnNames(layout),
    rows: examples.map((one) => rowOf(layout, one, { now: one.origin, horizonDays })),
    labels: examples.map(({ label }) => label),
  };
}

/** Dropout parameters from customers as they stood at `now`; needs no label. Undefined without key events. */
export function learnDropout(
  customers: readonly Pick<Example, 'habit'>[],
  now: number,
): { dropout: NonNullable<ChurnModel['dropout']>; fitted: FittedDropout } | undefined {
  const counts = customers.flatMap(({ habit }) => (habit ? [countsOf(habit, now)] : []));
  if (counts.length === 0) return undefined;
  const fitted = fitDropout('mbg', counts);
  const mean = (of: 'x' | 'tx' | 'T') => counts.reduce((sum, one) => sum + one[of], 0) / counts.length;
  return {
    fitted,
    dropout: {
      model: fitted.model,
      identified: fitted.dropoutIdentified,
      mean: { x: mean('x'), tx: mean('tx'), T: mean('T') },
    },
  };
}

const sixDigits = (value: number): number => Number(value.toPrecision(6));

export interface Learning extends LearnTerms {
  kind: Exclude<ModelKind, 'dropout'>;
  /** How trees are grown, when chosen already: choosing costs more than growing. */
  boosting?: typeof defaults;
  /** The trees' share of the logit; all of it by default. */
  treesShare?: number;
}

/** How the trees for these examples are to be grown, by cross-validation on them alone. */
export const boostingFor = (examples: readonly Example[], terms: LearnTerms): typeof defaults =>
  tune(datasetOf(examples, terms), { ...defaults, rising });

/** A linear model of the examples, and trees on top where asked. */
export function learn(
  examples: readonly Example[],
  { kind, layout, horizonDays, boosting, treesShare = 1 }: Learning,
): Learnt {
  const data = datasetOf(examples, { layout, horizonDays });
  const trees =
    kind === 'boosted' ? fitBoosted(data, boosting ?? boostingFor(examples, { layout, horizonDays })) : undefined;
  return {
    kind,
    layout,
    horizonDays,
    calibration: uncalibrated,
    treesShare,
    linear: fitLogistic(data, { penalty, rising }),
    ...(trees && {
      boosted: { ...trees, trees: trees.trees.map((tree) => ({ ...tree, value: tree.value.map(sixDigits) })) },
    }),
  };
}

/** Forecasts before calibration. Without anything to go by: even odds. */
export const forecast = (model: Learnt, examples: readonly Example[]): Outcome[] =>
  examples.map((one) => ({ p: logistic(rawLogit(model, one, one.origin)?.logit ?? 0), y: one.label }));

/** Forecasts of each example in `window` by a model learnt from the examples of other customers: five parts. */
export function crossFitted(examples: readonly Example[], window: readonly Example[], learning: Learning): Outcome[] {
  const parts = 5;
  const outcomes = new Map<Example, Outcome>();
  for (let part = 0; part < parts; part++) {
    const own = window.filter(({ customer }) => customer % parts === part);
    const model = learn(
      examples.filter(({ customer }) => customer % parts !== part),
      learning,
    );
    forecast(model, own).forEach((outcome, i) => own[i] && outcomes.set(own[i], outcome));
  }
  return window.flatMap((one) => outcomes.get(one) ?? []);
}
