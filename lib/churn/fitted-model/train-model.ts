import { type PurchaseHistory, validKeyEvents } from '../purchase-model/purchase-history.ts';
import { fitSpending } from '../purchase-model/spending.ts';
import {
  type Calibration,
  applyCalibration,
  chooseCalibration,
  identityCalibration,
} from '../../statistics/learning/calibration.ts';
import { logistic, logit } from '../../statistics/learning/training-rows.ts';
import { learnEncoding } from '../../statistics/learning/category-encoding.ts';
import { logLoss, type LabelledProbability } from '../../statistics/learning/model-metrics.ts';
import { boostingFrom, fitDropoutModel, singleModelShares } from './candidate-models.ts';
import { probability } from './explain-logit.ts';
import { defaultRiskBands } from '../../model/churn-risk.ts';
import { type ChurnModel, modelFormat } from './churn-model.ts';
import { type UndescribedModel, type ModelCandidate, describeModel } from './model-page.ts';
import { type TrainingExamples, type CandidateTrial, tryDropout, tryLinear, tryTrees } from './model-selection.ts';
import { type CustomerHistory, type Example, origins, windowAt, type WindowTerms } from './training-windows.ts';

export interface TrainTerms extends WindowTerms {
  bands?: ChurnModel['bands'];
}

const applied = (calibration: Calibration, outcomes: readonly LabelledProbability[]): LabelledProbability[] =>
  outcomes.map(({ p, y }) => ({ p: logistic(applyCalibration(calibration, logit(p))), y }));

function candidate({ learnt, outcomes }: CandidateTrial): ModelCandidate {
  const calibration = chooseCalibration(outcomes);
  return { kind: learnt.kind, outcomes: applied(calibration, outcomes), calibration, learnt };
}

/** The models that these windows allow. */
function candidates(lesson: TrainingExamples): ModelCandidate[] {
  const [newest = []] = lesson.windows;
  if (newest.length === 0) return [];
  const dropout = tryDropout(lesson);
  const line = tryLinear(lesson, dropout);
  const isOpen = new Set(newest.map(({ label }) => label)).size > 1;
  const attributed = newest.filter(({ attributes }) => attributes !== undefined && Object.keys(attributes).length > 0);
  const grown = isOpen && attributed.length >= boostingFrom && lesson.terms.layout.encoding.length > 0;
  return [...(dropout ? [dropout] : []), line, ...(grown ? [tryTrees(lesson, line)] : [])].map(candidate);
}

const best = (found: readonly ModelCandidate[]): ModelCandidate | undefined =>
  found.reduce<ModelCandidate | undefined>(
    (a, b) => (a && logLoss(a.outcomes) <= logLoss(b.outcomes) ? a : b),
    undefined,
  );

/**
 * Forecasts the newest closed window as on its first day, from windows that were closed by then.
 */
function backTest(
  customers: readonly CustomerHistory[],
  newest: readonly Example[],
  terms: TrainTerms,
): LabelledProbability[] {
  const origin = newest[0]?.origin;
  if (origin === undefined) return [];
  const then = modelOf(lessonOf(customers, { ...terms, now: origin }));
  return newest.map((one) => ({ p: probability(then, one, origin) ?? 0.5, y: one.label }));
}

function firstDay(customers: readonly CustomerHistory[]): number {
  let first = Infinity;
  for (const { events } of customers) for (const { day } of events) if (day < first) first = day;
  return first;
}

function lessonOf(customers: readonly CustomerHistory[], terms: TrainTerms): TrainingExamples {
  const { now, horizonDays } = terms;
  const windows = origins(terms, firstDay(customers)).map((origin) => windowAt(customers, origin, terms));
  const encoding = learnEncoding((windows[0] ?? []).map(({ attributes }) => attributes ?? {}));
  return {
    windows: windows.filter((window) => window.length > 0),
    today: windowAt(customers, now, terms),
    terms: { layout: { habit: true, encoding }, horizonDays, now },
  };
}

function modelOf(lesson: TrainingExamples): UndescribedModel {
  const { layout, horizonDays, now } = lesson.terms;
  const found = candidates(lesson);
  const chosen = best(found);
  // Every model needs it for the expected time and the value at risk.
  const dropout =
    found.find(({ kind }) => kind === 'dropout')?.learnt.dropout ??
    fitDropoutModel(lesson.today, lesson.terms)?.dropout;
  return {
    version: modelFormat,
    trainedAt: now,
    horizonDays,
    ...{ kind: 'dropout', layout, ...singleModelShares },
    ...chosen?.learnt,
    ...(dropout && { dropout }),
    calibration: chosen?.calibration ?? identityCalibration,
    ...(chosen && { chosen }),
    found,
  };
}

/**
 * Trains a model of P(no key event within the horizon) on key events before `now`: candidates on
 * rolling origins, the one of least log loss on the newest closed window, calibrated there. Without
 * a closed window it is the dropout model. Never throws for lack of data; `page.notes` say what is
 * missing.
 */
export function trainChurnModel(histories: Iterable<CustomerHistory>, terms: TrainTerms): ChurnModel {
  const customers = [...histories].map(({ events, attributes }) => ({
    events: validKeyEvents(events).filter(({ day }) => day < terms.now),
    attributes,
  }));
  const lesson = lessonOf(customers, terms);
  const bare = modelOf(lesson);
  const scores = lesson.today.map((one) => probability(bare, one, terms.now) ?? 0.5);
  const { chosen: _chosen, found: _found, ...model } = bare;
  const worth = fitSpending(
    lesson.today.flatMap(({ habit }) => (habit ? [{ n: habit.days, mean: habit.worth / habit.days }] : [])),
  );
  return {
    ...model,
    bands: terms.bands ?? defaultRiskBands,
    ...(worth && { worth }),
    ...describeModel(bare, { scores, back: backTest(customers, lesson.windows[0] ?? [], terms) }),
  };
}

/** A customer of whom only attributes are known, and whether he or she left within the horizon. */
export interface LabelledRows {
  habit?: PurchaseHistory;
  attributes: NonNullable<Example['attributes']>;
  left: boolean;
}

/**
 * Trains a model on one labelled snapshot: the same candidates, without the dropout model if there
 * are no key events.
 */
export function trainOnLabels(customers: readonly LabelledRows[], terms: TrainTerms): ChurnModel {
  const window = customers.map(({ habit, attributes, left }, customer): Example => ({
    customer,
    origin: terms.now,
    habit,
    attributes,
    label: left ? 1 : 0,
  }));
  const encoding = learnEncoding(customers.map(({ attributes }) => attributes));
  const layout = { habit: customers.some(({ habit }) => habit !== undefined), encoding };
  const bare = modelOf({ windows: [window], today: window, terms: { ...terms, layout } });
  const { chosen: _chosen, found: _found, ...model } = bare;
  const scores = window.map((one) => probability(bare, one, terms.now) ?? 0.5);
  return { ...model, bands: terms.bands ?? defaultRiskBands, ...describeModel(bare, { scores, back: [] }) };
}
