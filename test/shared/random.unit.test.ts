import { expect, test } from 'vitest';
import { beta, binomial, dealt, gamma, normal, type Random, seeded, shuffled } from '../../lib/shared/random.ts';

function moments(draw: (random: Random) => number): { mean: number; variance: number } {
  const random = seeded(7);
  const draws = Array.from({ length: 40_000 }, () => draw(random));
  const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
  return { mean, variance: draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length };
}

const cases: Record<string, { draw: (random: Random) => number; mean: number; variance: number }> = {
  uniform: { draw: (random) => random(), mean: 1 / 2, variance: 1 / 12 },
  normal: { draw: normal, mean: 0, variance: 1 },
  'gamma below 1': { draw: (random) => gamma(random, 0.3), mean: 0.3, variance: 0.3 },
  'gamma above 1': { draw: (random) => gamma(random, 4), mean: 4, variance: 4 },
  beta: { draw: (random) => beta(random, { a: 2, b: 3 }), mean: 0.4, variance: 0.04 },
};

for (const [name, { draw, mean, variance }] of Object.entries(cases))
  test(`draws of ${name} have its mean and variance`, () => {
    const drawn = moments(draw);
    expect(Math.abs(drawn.mean - mean)).toBeLessThan(4 * Math.sqrt(variance / 40_000));
    expect(drawn.variance / variance).toBeCloseTo(1, 1);
  });

test('a seed always gives the same numbers, another seed others', () => {
  const [first, again, other] = [seeded(1), seeded(1), seeded(2)].map((random) => [random(), random(), random()]);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test('beta draws at tiny parameters stay numbers', () => {
  const random = seeded(3);
  for (let i = 0; i < 1000; i++) expect([0, 1]).toContain(Math.round(beta(random, { a: 1e-5, b: 1e-5 })));
});

test('a shuffled deck holds the same cards, each as often in each place', () => {
  const random = seeded(5);
  const first = Array.from({ length: 6000 }, () => shuffled([0, 1, 2], random)).map(([card]) => card);
  expect([...shuffled([3, 1, 2, 2], random)].sort()).toEqual([1, 2, 2, 3]);
  for (const card of [0, 1, 2]) expect(first.filter((one) => one === card).length / 6000).toBeCloseTo(1 / 3, 1);
});

test('binomial draws have their mean and variance, and never leave 0–n', () => {
  for (const chance of [0.03, 0.5, 0.9]) {
    const { mean, variance } = moments((random) => binomial(random, { n: 40, chance }));
    expect(mean / (40 * chance)).toBeCloseTo(1, 1);
    expect(variance / (40 * chance * (1 - chance))).toBeCloseTo(1, 1);
  }
  const random = seeded(9);
  expect([-1, 0, 1, 2].map((chance) => binomial(random, { n: 5, chance }))).toEqual([0, 0, 5, 5]);
});

test('binomial draws of millions of tries have their mean and variance, too', () => {
  const [n, chance] = [5_000_000, 0.3];
  const { mean, variance } = moments((random) => binomial(random, { n, chance }) - n * chance);
  expect(Math.abs(mean)).toBeLessThan(0.02 * Math.sqrt(n));
  expect(variance / (n * chance * (1 - chance))).toBeCloseTo(1, 1);
});

test('what is dealt is all there is, by the shares', () => {
  const random = seeded(11);
  const hands = Array.from({ length: 2000 }, () => dealt(random, 10, [0.5, 0.2, 0.3]));
  for (const hand of hands) expect(hand.reduce((sum, n) => sum + n, 0)).toBe(10);
  expect(hands.reduce((sum, [, second = 0]) => sum + second, 0) / 20_000).toBeCloseTo(0.2, 1);
});
