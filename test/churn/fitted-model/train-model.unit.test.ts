import { expect, test } from 'vitest';
import { type PurchaseHistory, buildPurchaseHistory } from '#lib/churn/purchase-model/purchase-history.ts';
import { type KeyEvent } from '#lib/profile/facts/key-days.ts';
import { logit } from '#lib/statistics/learning/training-rows.ts';
import { forecast, fitModel } from '#lib/churn/fitted-model/candidate-models.ts';
import { explainLogit, probability } from '#lib/churn/fitted-model/explain-logit.ts';
import { ChurnModel } from '#lib/churn/fitted-model/churn-model.ts';
import { findScoreChange, type ChurnScore, scoreWith, customerStateOf } from '#lib/churn/fitted-model/model-score.ts';
import { bandAt, bandChangesAt } from '#lib/churn/fitted-model/band-changes.ts';
import { trainChurnModel, trainOnLabels } from '#lib/churn/fitted-model/train-model.ts';
import { type CustomerHistory, type Example, timesOf, windowAt } from '#lib/churn/fitted-model/training-windows.ts';
import { beta, gamma, seeded } from '#lib/shared/random.ts';

const now = 20_400;
const terms = { now, horizonDays: 60 };

/** Customers who come every few days or weeks, and may leave each time. */
function shop(n: number): CustomerHistory[] {
  const random = seeded(21);
  return Array.from({ length: n }, () => {
    const every = 10 / gamma(random, 1.2);
    const leaves = beta(random, { a: 1, b: 4 });
    const events: KeyEvent[] = [];
    for (let day = now - 300 * random(); day < now; day += -every * Math.log(1 - random())) {
      events.push({ day: Math.floor(day), worth: 10 + 20 * random() });
      if (random() < leaves) break;
    }
    return { events };
  });
}

const customers = shop(800);
const chosen = trainChurnModel(customers, terms);
const dropout: ChurnModel = { ...chosen, kind: 'dropout' };
const line = fitModel(windowAt(customers, now - 60, terms), { ...terms, kind: 'linear', layout: chosen.layout });
const stacked: ChurnModel = { ...dropout, ...line, dropoutShare: 0.4, dropoutShift: -0.3 };
const habits = customers.flatMap(({ events }) => buildPurchaseHistory(events) ?? []);

function labelledCustomers(n: number) {
  const random = seeded(4);
  return Array.from({ length: n }, () => {
    const [plan, fee] = [random() < 0.5 ? 'month' : 'year', Math.round(100 * random())];
    const left = random() < ((plan === 'month') === fee > 50 ? 0.7 : 0.2);
    return { attributes: { plan, fee }, left };
  });
}

const boosted = trainOnLabels(labelledCustomers(2_200), terms);

function scored(model: ChurnModel, habit: PurchaseHistory, at = now): ChurnScore {
  const answer = scoreWith(model, { habit }, at);
  if (!('score' in answer)) throw new Error(answer.insufficientData.join());
  return answer.score;
}

test('a model is plain JSON that says how good it is', () => {
  expect(ChurnModel.parse(JSON.parse(JSON.stringify(chosen)))).toEqual(chosen);
  expect(chosen.page.window?.auc).toBeGreaterThan(0.7);
  expect(chosen.page.window?.calibrationError).toBeLessThan(0.06);
  expect(chosen.page.backTest?.customers).toBe(chosen.page.window?.customers);
  expect(['A', 'B']).toContain(chosen.page.grade);
});

test('of the candidates the one of least log-loss is chosen', () => {
  const [least] = chosen.page.candidates.toSorted((a, b) => a.logLoss - b.logLoss);
  expect(chosen.kind).toBe(least?.kind);
});

test('trees are grown from 2,000 customers with attributes on, and not before', () => {
  const kinds = (model: ChurnModel) => model.page.candidates.map(({ kind }) => kind);
  expect(kinds(boosted)).toEqual(['linear', 'boosted']);
  expect(kinds(trainOnLabels(labelledCustomers(300), terms))).toEqual(['linear']);
});

test('training sees nothing of the future', () => {
  const later = customers.map(({ events }) => ({ events: [...events, { day: now + 5, worth: 1 }] }));
  expect(trainChurnModel(later, terms)).toEqual(chosen);
});

/** Against all habit: whoever was here just before an origin stays away, and the long silent come back. */
const contrary = trainChurnModel(
  Array.from({ length: 400 }, (_, i) => {
    const days = i % 2 === 0 ? [-200, -150, -61 - (i % 10)] : [-200, -150, -130 - (i % 10), -30];
    return { events: days.map((day) => ({ day: now + day, worth: 1 })) };
  }),
  terms,
);

test.each([
  ['chosen', chosen],
  ['dropout', dropout],
  ['line and dropout', stacked],
  ['contrary', contrary],
])('silence never lowers a risk: %s', (_, model) => {
  for (const habit of habits.slice(0, 150)) {
    const risks = [0, 0.5, 1, 5, 20, 60, 200].map((days) => probability(model, { habit }, now + days) ?? NaN);
    risks.forEach((p, i) => expect(p).toBeGreaterThanOrEqual((risks[i - 1] ?? 0) - 1e-12));
  }
});

test.each([
  ['chosen', chosen],
  ['dropout', dropout],
  ['line and dropout', stacked],
])('reasons sum to the logit: %s', (_, model) => {
  for (const habit of habits.slice(0, 150)) {
    const { base, reasons, probability: p } = scored(model, habit);
    expect(reasons.reduce((sum, { contribution }) => sum + contribution, base)).toBeCloseTo(logit(p), 6);
  }
});

test('a line and a dropout model stacked answer between the two', () => {
  const shares = [0, 0.4, 1].map((dropoutShare) => ({ ...stacked, dropoutShare, dropoutShift: 0 }));
  for (const habit of habits.slice(0, 50)) {
    const [first = NaN, both, alone = NaN] = shares.map((model) => explainLogit(model, { habit }, now)?.logit);
    expect(both).toBeCloseTo(0.6 * first + 0.4 * alone, 9);
  }
});

test('reasons sum to the logit of trees too', () => {
  expect(boosted.kind).toBe('boosted');
  const told = explainLogit(boosted, { attributes: { plan: 'month', fee: 80 } }, now);
  expect(told?.parts.reduce((sum, { contribution }) => sum + contribution, told.base)).toBeCloseTo(
    told?.logit ?? NaN,
    9,
  );
});

test('the band holds until it is said to change, and is another one then', () => {
  const model = { ...chosen, bands: { medium: 0.4, high: 0.7 } };
  const changing = habits.filter((habit) => bandChangesAt(model, { habit }, now) !== undefined).slice(0, 30);
  expect(changing.length).toBeGreaterThan(5);
  for (const habit of changing) {
    const at = bandChangesAt(model, { habit }, now) ?? NaN;
    const bandOn = (day: number) => bandAt(model, probability(model, { habit }, day) ?? NaN);
    expect(bandOn(at - 2 / 1440)).toBe(bandOn(now));
    expect(bandOn(at)).not.toBe(bandOn(now));
  }
});

test('a score tells when to expect the customer, what is at stake, and in both languages why', () => {
  const score = scored(chosen, {
    days: 9,
    first: now - 80,
    last: now - 2,
    previous: now - 10,
    worth: 180,
    lastWorth: 20,
  });
  expect(score.band).toBe('low');
  expect(score.state).toBe('active');
  expect(score.expectedNext).toBeGreaterThan(now);
  expect(score.valueAtRisk).toBeGreaterThan(0);
  expect(score.percentile).toBeLessThan(40);
  for (const { text } of score.reasons) expect(text.ko).not.toBe(text.en);
});

test('of whom nothing is known, nothing is said but what is missing', () => {
  expect(scoreWith(chosen, {}, now)).toEqual({ insufficientData: ['key-event'] });
});

test('one purchase makes a score that says what it lacks', () => {
  const once = { days: 1, first: now - 3, last: now - 3, worth: 10, lastWorth: 10 };
  expect(scoreWith(chosen, { habit: once }, now)).toMatchObject({ insufficientData: ['repeat'] });
});

const habit: PurchaseHistory = { days: 4, first: 0, last: 100, previous: 90, worth: 0, lastWorth: 0 };

test.each([
  { state: 'new', who: { ...habit, days: 1 }, at: 101, band: 'low' },
  { state: 'active', who: habit, at: 110, band: 'medium' },
  { state: 'at risk', who: habit, at: 140, band: 'high' },
  { state: 'lapsed', who: habit, at: 165, band: 'high' },
  { state: 'churned', who: habit, at: 300, band: 'high' },
  { state: 'returning', who: { ...habit, previous: 10 }, at: 110, band: 'low' },
] as const)('somebody may be $state', ({ state, who, at, band }) => {
  expect(customerStateOf(who, { now: at, horizonDays: 60, band })).toBe(state);
});

test('a change names a feature that moved the same way and the event behind it', () => {
  const who = { days: 3, first: now - 90, last: now - 50, previous: now - 60, worth: 30, lastWorth: 10 };
  const [before, after] = [scored(chosen, who), scored(chosen, { ...who, days: 4, last: now, previous: now - 50 })];
  const change = findScoreChange(before, after, 'touchpoint-7');
  const added = ({ reasons }: ChurnScore) =>
    reasons.find(({ feature }) => feature === change.feature)?.contribution ?? 0;
  expect(change).toMatchObject({
    event: 'touchpoint-7',
    points: expect.closeTo(after.score - before.score, 6) as unknown,
  });
  expect(change.points).toBeLessThan(0);
  expect(added(after)).toBeLessThan(added(before));
});

test('without customers, without a closed window and with one outcome there is a model that says so', () => {
  expect(trainChurnModel([], terms).page).toMatchObject({
    grade: 'none',
    notes: ['no-closed-window', 'few-customers'],
  });
  const young = trainChurnModel([{ events: [{ day: now - 3, worth: 1 }] }], terms);
  expect(young.kind).toBe('dropout');
  expect(young.page.notes).toContain('no-closed-window');
  const gone = Array.from({ length: 20 }, (_, i) => ({ events: [{ day: now - 200 - i, worth: 5 }] }));
  expect(trainChurnModel(gone, terms).page.notes).toContain('one-outcome-only');
});

test('a window sees of a customer only what was before its origin', () => {
  for (const { habit } of windowAt(customers, now - 60, terms)) expect(habit?.last).toBeLessThan(now - 60);
});

test('a window looks at nobody who is not eligible', () => {
  const eligible = ({ days }: PurchaseHistory) => days > 1;
  const window = windowAt(customers, now - 60, { ...terms, eligible });
  expect(window.every((example) => (example.habit?.days ?? 0) > 1)).toBe(true);
});

test('a window counts half as much for every horizon that it is older than the newest', () => {
  const at = (origin: number) => ({ customer: 0, origin, label: 0 as const });
  const { of, weights } = timesOf([at(40), at(100), at(70), at(100)], 60);
  expect(of).toEqual([2, 0, 1, 0]);
  expect(weights).toEqual([1, Math.SQRT1_2, 0.5].map((weight) => expect.closeTo(weight, 12) as number));
});

/** People as alike at one origin as at another, of whom a share stays away. */
const windowOf = (origin: number, share: number): Example[] =>
  Array.from({ length: 500 }, (_, i) => {
    const last = origin - 1 - (i % 50);
    const habit = {
      days: 3,
      first: last - 40 - (i % 7),
      last,
      previous: last - 20 - (i % 3),
      worth: 30,
      lastWorth: 10,
    };
    return { customer: i, origin, habit, label: (i * 7_919) % 100 < 100 * share ? 1 : 0 };
  });

test('the level to be expected is a mean of those of the windows, in which the newest counts most', () => {
  const windows = [windowOf(now - 60, 0.8), ...[90, 120].map((ago) => windowOf(now - ago, 0.3))].flat();
  const levelOf = (ofNewest: boolean): number => {
    const model = fitModel(windows, { ...terms, kind: 'linear', layout: chosen.layout, ofNewest });
    const forecasts = forecast(model, windowOf(now, 0.5));
    return forecasts.reduce((sum, { p }) => sum + p / forecasts.length, 0);
  };
  expect(Math.abs(levelOf(true) - 0.8)).toBeLessThan(0.03);
  expect(levelOf(false)).toBeGreaterThan((0.8 + 0.3 + 0.3) / 3 + 0.02);
  expect(levelOf(false)).toBeLessThan(0.6);
});
