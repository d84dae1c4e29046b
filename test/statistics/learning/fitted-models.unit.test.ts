import { expect, test } from 'vitest';
import {
  boostedLogit,
  boostedParts,
  defaultBoosting,
  fitBoosted,
  tuneBoosting,
} from '#lib/statistics/learning/boosted-trees.ts';
import {
  applyCalibration,
  chooseCalibration,
  fitCalibration,
  identityCalibration,
} from '#lib/statistics/learning/calibration.ts';
import { type TrainingRows, logistic, logit } from '#lib/statistics/learning/training-rows.ts';
import { encode, encodedNames, learnEncoding } from '#lib/statistics/learning/category-encoding.ts';
import {
  fitLogistic,
  type LinearModel,
  linearLogit,
  linearParts,
} from '#lib/statistics/learning/logistic-regression.ts';
import { logLoss, type LabelledProbability } from '#lib/statistics/learning/model-metrics.ts';
import { minimise } from '#lib/statistics/numerics/minimise.ts';
import { normal, seeded } from '#lib/shared/random.ts';

/** Labels drawn with the odds that `truth` gives to three normal columns, the third of which says nothing. */
function drawn(n: number, truth: (a: number, b: number) => number): TrainingRows {
  const random = seeded(11);
  const rows = Array.from({ length: n }, () => Float64Array.of(normal(random), normal(random), normal(random)));
  const labels = rows.map(([a = 0, b = 0]) => (random() < logistic(truth(a, b)) ? 1 : 0));
  return { names: ['a', 'b', 'noise'], rows, labels };
}

const linear = drawn(4_000, (a, b) => 0.5 + a - 0.5 * b);
const crossed = drawn(2_000, (a, b) => (a > 0 === b > 0 ? 2 : -2));

test('the simplex method finds the bottom of the banana valley (Rosenbrock 1960)', () => {
  const { at } = minimise(([x = 0, y = 0]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2, {
    from: [-1.2, 1],
    tolerance: 1e-14,
  });
  expect(at[0]).toBeCloseTo(1, 4);
  expect(at[1]).toBeCloseTo(1, 4);
});

test('logistic regression finds the weights that labels were drawn by', () => {
  const { columns } = fitLogistic(linear, { penalty: 1 });
  const [a = 0, b = 0, noise = 0] = columns.map(({ weight }) => weight);
  expect(Math.abs(a - 1)).toBeLessThan(0.15);
  expect(Math.abs(b + 0.5)).toBeLessThan(0.15);
  expect(Math.abs(noise)).toBeLessThan(0.1);
});

test('a rising column gets no falling weight', () => {
  const { columns } = fitLogistic(linear, { penalty: 1, rising: new Set(['b']) });
  expect(columns[1]?.weight).toBe(0);
});

test('with one class only, no rows or constant columns, there is still an answer', () => {
  const rows = [1, 1, 1].map((v) => Float64Array.of(v));
  const all = fitLogistic({ names: ['c'], rows, labels: [1, 1, 1] }, { penalty: 1 });
  expect(logistic(linearLogit(all, [1]))).toBeCloseTo(3.5 / 4, 10);
  expect(linearLogit(fitLogistic({ names: ['c'], rows: [], labels: [] }, { penalty: 1 }), [1])).toBeCloseTo(0, 10);
  expect(boostedLogit(fitBoosted({ names: ['c'], rows, labels: [1, 1, 1] }, defaultBoosting), [1])).toBeGreaterThan(1);
});

test('labels told apart without a mistake do not send the weights away', () => {
  const rows = [-2, -1, 1, 2].map((v) => Float64Array.of(v));
  const model = fitLogistic({ names: ['v'], rows, labels: [0, 0, 1, 1] }, { penalty: 1 });
  expect(Math.abs(model.columns[0]?.weight ?? NaN)).toBeLessThan(5);
});

test('a few far from all others do not throw the search off: more of what tells never fits worse', () => {
  const few = (told: number): TrainingRows => ({
    names: ['far', 'odd'],
    rows: Array.from({ length: 1_000 }, (_, i) => Float64Array.of(i < told ? 0.2 + 0.1 * i : 0, i < told ? i % 2 : 0)),
    labels: Array.from({ length: 1_000 }, (_, i) => (i < told || i % 40 === 39 ? 0 : 1)),
  });
  for (const told of [2, 4, 20]) {
    const data = few(told);
    const outcomesOf = (model: LinearModel): LabelledProbability[] =>
      data.rows.map((row, i) => ({ p: logistic(linearLogit(model, row)), y: data.labels[i] ?? 0 }));
    const [weak, strong] = [0.01, 10].map((penalty) => logLoss(outcomesOf(fitLogistic(data, { penalty }))));
    expect(weak).toBeLessThan(strong ?? NaN);
  }
});

test('a value not known adds nothing', () => {
  const model = fitLogistic(linear, { penalty: 1 });
  expect(linearParts(model, [NaN, NaN, NaN])).toEqual([0, 0, 0]);
});

test('trees learn what no line can', () => {
  const model = fitBoosted(crossed, { ...defaultBoosting, trees: 60, rate: 0.2, columns: 1 });
  expect(boostedLogit(model, [1, 1, 0])).toBeGreaterThan(1);
  expect(boostedLogit(model, [1, -1, 0])).toBeLessThan(-1);
});

test('what columns add along the trees sums to the logit', () => {
  const model = fitBoosted(crossed, { ...defaultBoosting, trees: 40 });
  for (const row of crossed.rows.slice(0, 200)) {
    const { base, parts } = boostedParts(model, row);
    expect(base + parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(boostedLogit(model, row), 9);
  }
});

test('a rising column never lowers what trees answer', () => {
  const model = fitBoosted(crossed, { ...defaultBoosting, trees: 60, rising: new Set(['a']) });
  for (const b of [-2, -0.5, 0.5, 2]) {
    const answers = Array.from({ length: 41 }, (_, i) => boostedLogit(model, [(i - 20) / 5, b, 0]));
    expect(answers).toEqual(answers.toSorted((x, y) => x - y));
  }
});

test('trees are grown the same way twice, and otherwise with another seed', () => {
  const grown = (seed: number) => fitBoosted(crossed, { ...defaultBoosting, trees: 5, seed });
  expect(grown(1)).toEqual(grown(1));
  expect(grown(1)).not.toEqual(grown(2));
});

test('where there is nothing to learn, few trees are chosen', () => {
  const nothing = drawn(600, () => 0);
  expect(tuneBoosting(nothing, { ...defaultBoosting, trees: 60 }).trees).toBeLessThan(20);
});

const told = (exaggeration: number): LabelledProbability[] => {
  const random = seeded(5);
  return Array.from({ length: 4_000 }, () => {
    const truth = normal(random);
    return { p: logistic(exaggeration * truth + 0.5), y: random() < logistic(truth) ? 1 : 0 };
  });
};

test('calibration takes back exaggeration', () => {
  const found = fitCalibration(told(2));
  expect(found.slope).toBeCloseTo(0.5, 1);
  expect(applyCalibration(found, logit(logistic(0.5)))).toBeCloseTo(0, 1);
});

test('logits that are all but the same are not blown up', () => {
  const outcomes = Array.from({ length: 400 }, (_, i): LabelledProbability => ({
    p: 0.2 + 1e-6 * (i % 4),
    y: i % 4 === 3 ? 1 : 0,
  }));
  expect(fitCalibration(outcomes).slope).toBeLessThan(2);
});

test('forecasts against the truth are not turned round', () => {
  expect(fitCalibration(told(-1))).toEqual(identityCalibration);
});

test('calibration that would help only half of the outcomes is not applied', () => {
  expect(
    chooseCalibration([
      { p: 0.3, y: 0 },
      { p: 0.4, y: 1 },
    ]),
  ).toEqual(identityCalibration);
});

test('attributes become numbers or a column for each value', () => {
  const encoding = learnEncoding([
    { fee: '20.5', plan: 'year', vip: true, country: 'KR' },
    { fee: ' ', plan: 'month', vip: false, country: 'KR' },
    { fee: 30, plan: 'two years', vip: true, country: 'KR' },
  ]);
  expect(encodedNames(encoding)).toEqual(['fee', 'plan=month', 'plan=two years', 'plan=year', 'vip']);
  expect(encode(encoding, { fee: '', plan: 'never seen', vip: true })).toEqual([NaN, 0, 0, 0, 1]);
});

/** Two times of the same people: at the second, everybody is a logit lower, and column `b` is two higher for a reason of its own. */
function twice(n: number): TrainingRows {
  const random = seeded(12);
  const [rows, labels, of]: [Float64Array[], (0 | 1)[], number[]] = [[], [], []];
  for (let i = 0; i < n; i++) {
    for (const time of [0, 1]) {
      const [a, b] = [normal(random), normal(random) + 2 * (1 - time)];
      rows.push(Float64Array.of(a, b));
      labels.push(random() < logistic(a + time) ? 1 : 0);
      of.push(time);
    }
  }
  return { names: ['a', 'b'], rows, labels, times: { of, weights: [1, 1], levels: [1, 0] } };
}

test('rows of two times have a level for each, and a column that drifts is not taken for it', () => {
  const data = twice(4_000);
  const { columns } = fitLogistic(data, { penalty: 1 });
  expect(Math.abs(columns[1]?.weight ?? NaN)).toBeLessThan(0.1);
  const { times: _times, ...timeless } = data;
  expect(fitLogistic(timeless, { penalty: 1 }).columns[1]?.weight).toBeLessThan(-0.15);
});

test('forecasts are at the level of the times that are asked for', () => {
  const data = twice(4_000);
  const levelOf = (levels: number[]): number =>
    linearLogit(
      fitLogistic({ ...data, times: { of: [], weights: [], ...data.times, levels } }, { penalty: 1 }),
      [0, 1],
    );
  expect(Math.abs(levelOf([1, 0]))).toBeLessThan(0.2);
  expect(Math.abs(levelOf([0, 1]) - 1)).toBeLessThan(0.2);
  expect(levelOf([1, 1])).toBeCloseTo((levelOf([1, 0]) + levelOf([0, 1])) / 2, 6);
});

test('a time whose rows all have one label sends no weight away', () => {
  const data = twice(200);
  const labels = data.labels.map((label, i) => (data.times?.of[i] === 1 ? 1 : label));
  const model = fitLogistic({ ...data, labels }, { penalty: 10 });
  expect(Math.abs(linearLogit(model, [0, 1]))).toBeLessThan(1);
});

test('rows of a time count for as much as it weighs', () => {
  const data = twice(500);
  const only = fitLogistic(
    { ...data, times: { of: [], ...data.times, weights: [1, 0], levels: [1, 0] } },
    { penalty: 1 },
  );
  const first = data.rows.flatMap((_, i) => (data.times?.of[i] === 0 ? [i] : []));
  const alone = fitLogistic(
    {
      names: data.names,
      rows: first.flatMap((i) => data.rows[i] ?? []),
      labels: first.flatMap((i) => data.labels[i] ?? []),
    },
    { penalty: 1 },
  );
  only.columns.forEach(({ weight }, j) =>
    expect(Math.abs(weight - (alone.columns[j]?.weight ?? NaN))).toBeLessThan(0.02),
  );
});
