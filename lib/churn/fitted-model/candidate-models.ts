import { fitDropout } from '../purchase-model/fit-dropout.ts';
import { countsOf } from '../purchase-model/purchase-history.ts';
import { defaults, fitBoosted, tune } from '../../statistics/learning/boosted-trees.ts';
import { uncalibrated } from '../../statistics/learning/calibration.ts';
import { type Dataset, logistic } from '../../statistics/learning/training-rows.ts';
import { fitLogistic } from '../../statistics/learning/logistic-regression.ts';
import { type Outcome } from '../../statistics/learning/model-metrics.ts';
import { columnNames, type Layout, rising, rowOf } from './feature-columns.ts';
import { rawLogit } from './explain-logit.ts';
import { type ModelKind } from '../../model/churn-risk.ts';
import { type Learnt } from './churn-model.ts';
import { type Example, timesOf } from './training-windows.ts';

export interface LearnTerms {
  layout: Layout;
  horizonDays: number;
  /** Forecasts are at the newest window's own level, for what is measured there; else at the one to be expected next. */
  ofNewest?: boolean;
}

/** Customers the ridge is worth: enough to hold a column that few customers have, nothing against thousands. */
const penalty = 10;

/** Customers with attributes from which on trees are grown. */
export const boostingFrom = 2_000;

export function datasetOf(
  examples: readonly Example[],
  { layout, horizonDays, ofNewest = false }: LearnTerms,
): Dataset {
  const times = timesOf(examples, horizonDays);
  return {
    times: { ...times, levels: ofNewest ? times.levels.map((_, i) => Number(i === 0)) : times.levels },
    names: columnNames(layout),
    rows: examples.map((one) => rowOf(layout, one, { now: one.origin, horizonDays })),
    labels: examples.map(({ label }) => label),
  };
}

/** Of a model that is one model alone. */
export const noShares = { treesShare: 0, dropoutShare: 0, dropoutShift: 0 } as const;

/** A dropout model of customers as they stood at `now`; needs no label. Undefined without key events. */
export function learnDropout(
  customers: readonly Pick<Example, 'habit'>[],
  { layout, horizonDays, now, near }: LearnTerms & { now: number; near?: Learnt | undefined },
): Learnt | undefined {
  const counts = customers.flatMap(({ habit }) => (habit ? [countsOf(habit, now)] : []));
  if (counts.length === 0) return undefined;
  const { model, dropoutIdentified: identified } = fitDropout('mbg', counts, near?.dropout?.model);
  const mean = (of: 'x' | 'tx' | 'T') => counts.reduce((sum, one) => sum + one[of], 0) / counts.length;
  return {
    ...{ kind: 'dropout', layout, horizonDays, calibration: uncalibrated, ...noShares },
    dropout: { model, identified, mean: { x: mean('x'), tx: mean('tx'), T: mean('T') } },
  };
}

const sixDigits = (value: number): number => Number(value.toPrecision(6));

export interface Learning extends LearnTerms {
  kind: Exclude<ModelKind, 'dropout'>;
  /** How trees are grown, when chosen already: choosing costs more than growing. */
  boosting?: typeof defaults;
}

/** How the trees for these examples are to be grown, by cross-validation on them alone. */
export const boostingFor = (examples: readonly Example[], terms: LearnTerms): typeof defaults =>
  tune(datasetOf(examples, terms), { ...defaults, rising });

/** A linear model of the examples, and trees beside it where asked, which then are all that is gone by. */
export function learn(examples: readonly Example[], { kind, boosting, ...terms }: Learning): Learnt {
  const { layout, horizonDays } = terms;
  const data = datasetOf(examples, terms);
  const trees = kind === 'boosted' ? fitBoosted(data, boosting ?? boostingFor(examples, terms)) : undefined;
  return {
    kind,
    layout,
    horizonDays,
    calibration: uncalibrated,
    ...noShares,
    ...(trees && { treesShare: 1 }),
    linear: fitLogistic(data, { penalty, rising }),
    ...(trees && {
      boosted: { ...trees, trees: trees.trees.map((tree) => ({ ...tree, value: tree.value.map(sixDigits) })) },
    }),
  };
}

/** Forecasts before calibration. Without anything to go by: even odds. */
export const forecast = (model: Learnt, examples: readonly Example[]): Outcome[] =>
  examples.map((one) => ({ p: logistic(rawLogit(model, one, one.origin)?.logit ?? 0), y: one.label }));

const parts = 5;

/** Forecasts of each example in `window` by a model of other customers than its own: `learnFrom` is asked for one without each fifth. */
export function crossFitted(
  window: readonly Example[],
  learnFrom: (isOther: (example: Example) => boolean) => Learnt | undefined,
): Outcome[] {
  const outcomes = new Map<Example, Outcome>();
  for (let part = 0; part < parts; part++) {
    const own = window.filter(({ customer }) => customer % parts === part);
    const model = learnFrom(({ customer }) => customer % parts !== part);
    if (!model) return [];
    forecast(model, own).forEach((outcome, i) => own[i] && outcomes.set(own[i], outcome));
  }
  return window.flatMap((one) => outcomes.get(one) ?? []);
}
