import { expect, test } from 'vitest';
import { type KeyEvent } from '#lib/profile/facts/key-days.ts';
import { explainLogit } from '#lib/churn/fitted-model/explain-logit.ts';
import { ChurnModel } from '#lib/churn/fitted-model/churn-model.ts';
import { scoreWith } from '#lib/churn/fitted-model/model-score.ts';
import { trainChurnModel, trainOnLabels } from '#lib/churn/fitted-model/train-model.ts';
import { type CustomerHistory, windowAt } from '#lib/churn/fitted-model/training-windows.ts';

const now = 20_400;
const terms = { now, horizonDays: 30 };

const ago = (...days: number[]): KeyEvent[] => days.map((day) => ({ day: now - day, worth: 10 }));
const weekly = (last: number): KeyEvent[] => ago(...Array.from({ length: 14 }, (_, i) => last + 7 * i));
const many = (n: number, eventsOf: (i: number) => KeyEvent[]): CustomerHistory[] =>
  Array.from({ length: n }, (_, i) => ({ events: eventsOf(i) }));

/** A hundred days of people who come every week, of whom a third stop one after the other. */
const regular = many(240, (i) =>
  weekly(i % 3 === 0 ? 1 + ((7 * i) % 90) : i % 7).filter(({ day }) => now - day <= 100),
);

const odd: Record<string, CustomerHistory[]> = {
  nobody: [],
  'somebody without events': [{ events: [] }],
  'one customer': [{ events: weekly(3) }],
  'one event': [{ events: ago(70) }],
  'everybody gone': many(90, (i) => ago(100 + (i % 40), 95)),
  'nobody gone': many(90, (i) => weekly(i % 7)),
  'all the same': many(90, () => ago(120, 80, 40)),
  regular,
  'days in any order, told twice': many(90, (i) => [...weekly(i % 50).reverse(), ...weekly(i % 50)]),
  'all of it today and ahead': many(90, (i) => ago(0, -1 - (i % 5))),
  'thousands of events': many(4, (i) => Array.from({ length: 5_000 }, (_, k) => ({ day: now - k / 50 - i, worth: 1 }))),
  'worths that are no numbers': many(90, (i) => weekly(i % 40).map(({ day }) => ({ day, worth: i % 2 ? NaN : 1 }))),
  'worths below nought and beyond measure': many(90, (i) =>
    weekly(i % 40).map(({ day }, k) => ({ day, worth: k % 2 ? -1e300 : 1e300 })),
  ),
  'days that are no numbers': many(90, (i) => [
    ...weekly(i % 40),
    { day: NaN, worth: 1 },
    { day: -Infinity, worth: 1 },
  ]),
};

function holds(model: ChurnModel, customers: readonly CustomerHistory[]): void {
  expect(ChurnModel.parse(JSON.parse(JSON.stringify(model)))).toEqual(model);
  for (const known of windowAt(customers, now, terms).slice(0, 50)) {
    const told = explainLogit(model, known, now);
    const sum = told?.parts.reduce((total, { contribution }) => total + contribution, told.base);
    expect(sum).toBeCloseTo(told?.logit ?? NaN, 6);
    const { score } = { score: undefined, ...scoreWith(model, known, now) };
    expect(JSON.stringify(score)).not.toMatch(
      /null.*(probability|valueAtRisk|expectedNext)|"(base|probability|valueAtRisk|expectedNext)":null/,
    );
    expect(score?.probability).toBeGreaterThanOrEqual(0);
    expect(score?.probability).toBeLessThanOrEqual(1);
  }
}

test.each(Object.entries(odd))('a model of %s is a model, or says what it lacks', (_, customers) => {
  holds(trainChurnModel(customers, terms), customers);
});

test.each([1, 7, 400, 730])('a horizon of %i days too', (horizonDays) => {
  holds(trainChurnModel(regular, { now, horizonDays }), regular);
});

test('what holds in so regular a business is forecast from earlier windows alone', () => {
  const { backTest } = trainChurnModel(regular, terms).page;
  expect(backTest?.auc).toBeGreaterThan(0.8);
  expect(backTest?.logLoss).toBeLessThan(0.4);
});

const attributed = (n: number, of: (i: number) => object) =>
  Array.from({ length: n }, (_, i) => ({ left: i % 3 === 0, attributes: {}, ...of(i) }));

test.each([
  ['nobody', []],
  ['no attributes', attributed(50, () => ({}))],
  ['all gone', attributed(2_100, (i) => ({ left: true, attributes: { fee: i } }))],
  ['constant attributes', attributed(2_100, () => ({ attributes: { plan: 'a', fee: 3 } }))],
  ['an attribute that tells all', attributed(300, (i) => ({ attributes: { told: i % 3 === 0 } }))],
  [
    'text where numbers were',
    attributed(300, (i) => ({ attributes: { fee: i % 9 ? String(i) : 'NaN', x: i % 2 ? '' : ' ' } })),
  ],
  ['numbers beyond measure', attributed(300, (i) => ({ attributes: { fee: i % 2 ? 1e308 : -1e308 } }))],
  ['as many values as customers', attributed(300, (i) => ({ attributes: { id: `c${i}` } }))],
])('labelled customers with %s too', (_, customers) => {
  const model = trainOnLabels(customers, terms);
  expect(ChurnModel.parse(JSON.parse(JSON.stringify(model)))).toEqual(model);
  for (const { attributes } of customers.slice(0, 20)) {
    const told = explainLogit(model, { attributes }, now);
    expect(Number.isFinite(told?.logit ?? 0)).toBe(true);
  }
});
