import { type Habit } from '../buying/habit.ts';
import { fitWorth } from '../buying/worth.ts';
import { type Calibration, calibrated, chooseCalibration, uncalibrated } from '../learn/calibrate.ts';
import { logistic, logit } from '../learn/dataset.ts';
import { learnEncoding } from '../learn/encode.ts';
import { logLoss, type Outcome } from '../learn/metrics.ts';
import { boostingFor, boostingFrom, crossFitted, forecast, learn, learnDropout, type Learnt } from './candidates.ts';
import { type Layout } from './columns.ts';
import { probability } from './logit.ts';
import { type ChurnModel, type ModelKind, shippedBands } from './model.ts';
import { type Bare, type Candidate, described } from './page.ts';
import { type CustomerHistory, type Example, origins, windowAt, type WindowTerms } from './windows.ts';

export interface TrainTerms extends WindowTerms {
  bands?: ChurnModel['bands'];
}

const applied = (calibration: Calibration, outcomes: readonly Outcome[]): Outcome[] =>
  outcomes.map(({ p, y }) => ({ p: logistic(calibrated(calibration, logit(p))), y }));

function candidate(kind: ModelKind, raw: Outcome[], learnt: () => Learnt): Candidate {
  const calibration = chooseCalibration(raw);
  return { kind, outcomes: applied(calibration, raw), calibration, learn: learnt };
}

/** Learns from closed windows, newest first; `today` are the customers as they stand, whose key events the dropout model is fitted to. */
interface Lesson {
  windows: Example[][];
  today: readonly Example[];
  terms: { layout: Layout; horizonDays: number; now: number };
}

function dropoutLearnt(
  customers: readonly Example[],
  at: number,
  { layout, horizonDays }: Lesson['terms'],
): Learnt | undefined {
  const learnt = learnDropout(customers, at);
  return (
    learnt && {
      kind: 'dropout',
      layout,
      horizonDays,
      calibration: uncalibrated,
      treesShare: 0,
      dropout: learnt.dropout,
    }
  );
}

/** Lines and trees forecasting the same examples, put together in the share, by tenths, of least log-loss. */
function stacked(lines: readonly Outcome[], trees: readonly Outcome[]): { share: number; outcomes: Outcome[] } {
  const mixes = Array.from({ length: 11 }, (_, tenths) => {
    const share = tenths / 10;
    const mixed = (p: number, i: number) => logistic((1 - share) * logit(lines[i]?.p ?? p) + share * logit(p));
    return { share, outcomes: trees.map(({ p, y }, i) => ({ p: mixed(p, i), y })) };
  });
  return mixes.reduce((a, b) => (logLoss(b.outcomes) < logLoss(a.outcomes) ? b : a));
}

/** The models that these windows allow, each with forecasts of the newest of them that did not see the outcome they forecast. */
function candidates({ windows, today, terms }: Lesson): Candidate[] {
  const [newest = []] = windows;
  const origin = newest[0]?.origin;
  if (origin === undefined) return [];
  const all = windows.flat();
  const before = dropoutLearnt(newest, origin, terms);
  const found: Candidate[] = [];
  if (before)
    found.push(candidate('dropout', forecast(before, newest), () => dropoutLearnt(today, terms.now, terms) ?? before));
  const attributed = newest.filter(({ attributes }) => attributes !== undefined && Object.keys(attributes).length > 0);
  const linear = { ...terms, kind: 'linear' as const };
  const lines = crossFitted(all, newest, linear);
  found.push(candidate('linear', lines, () => learn(all, linear)));
  if (attributed.length >= boostingFrom && terms.layout.encoding.length > 0) {
    const boosted = { ...terms, kind: 'boosted' as const, boosting: boostingFor(newest, terms) };
    const { share: treesShare, outcomes } = stacked(lines, crossFitted(all, newest, boosted));
    found.push(candidate('boosted', outcomes, () => learn(all, { ...boosted, treesShare })));
  }
  return found;
}

const best = (found: readonly Candidate[]): Candidate | undefined =>
  found.reduce<Candidate | undefined>((a, b) => (a && logLoss(a.outcomes) <= logLoss(b.outcomes) ? a : b), undefined);

/** The newest closed window forecast as it would have been on its first day: from windows that were closed by then. */
function backTest(customers: readonly CustomerHistory[], newest: readonly Example[], terms: TrainTerms): Outcome[] {
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

function lessonOf(customers: readonly CustomerHistory[], terms: TrainTerms): Lesson {
  const { now, horizonDays } = terms;
  const windows = origins(terms, firstDay(customers)).map((origin) => windowAt(customers, origin, terms));
  const encoding = learnEncoding((windows[0] ?? []).map(({ attributes }) => attributes ?? {}));
  return {
    windows: windows.filter((window) => window.length > 0),
    today: windowAt(customers, now, terms),
    terms: { layout: { habit: true, encoding }, horizonDays, now },
  };
}

function modelOf(lesson: Lesson): Bare {
  const { layout, horizonDays, now } = lesson.terms;
  const found = candidates(lesson);
  const chosen = best(found);
  const learnt = chosen?.learn();
  const dropout = learnt?.dropout ?? learnDropout(lesson.today, now)?.dropout;
  return {
    version: 1,
    trainedAt: now,
    horizonDays,
    kind: 'dropout',
    treesShare: 0,
    layout,
    ...learnt,
    ...(dropout && { dropout }),
    calibration: chosen?.calibration ?? uncalibrated,
    ...(chosen && { chosen }),
    found,
  };
}

/**
 * The model of P(no key event within the horizon) from customers' key events before `now`: candidates learnt on rolling origins, the one
 * of least log-loss on the newest closed window, calibrated there. Without a closed window: the dropout model as it is. Never throws for
 * want of data; `page.notes` say what is lacking.
 */
export function train(histories: Iterable<CustomerHistory>, terms: TrainTerms): ChurnModel {
  const customers = [...histories].map(({ events, attributes }) => ({
    events: events.filter(({ day }) => day < terms.now),
    attributes,
  }));
  const lesson = lessonOf(customers, terms);
  const bare = modelOf(lesson);
  const scores = lesson.today.map((one) => probability(bare, one, terms.now) ?? 0.5);
  const { chosen: _chosen, found: _found, ...model } = bare;
  const worth = fitWorth(
    lesson.today.flatMap(({ habit }) => (habit ? [{ n: habit.days, mean: habit.worth / habit.days }] : [])),
  );
  return {
    ...model,
    bands: terms.bands ?? shippedBands,
    ...(worth && { worth }),
    ...described(bare, { scores, back: backTest(customers, lesson.windows[0] ?? [], terms) }),
  };
}

/** A customer of whom only attributes are known, and whether he or she left within the horizon. */
export interface Labelled {
  habit?: Habit;
  attributes: NonNullable<Example['attributes']>;
  left: boolean;
}

/** A model from one labelled snapshot: the same candidates but for the dropout model where there are no key events. */
export function trainLabelled(customers: readonly Labelled[], terms: TrainTerms): ChurnModel {
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
  return { ...model, bands: terms.bands ?? shippedBands, ...described(bare, { scores, back: [] }) };
}
