import { expect, test } from 'vitest';
import { type JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { drawSplits } from '#lib/journey/definition/draw-splits.ts';
import { bucketCount, bucketOf, bucketThresholds } from '#lib/model/customer-bucket.ts';
import { aJourney, mina } from '../journey-examples.ts';

const customers = Array.from({ length: 100_000 }, (_, i) => ({ workspace: 'acme', customer: `u:${i}` as const }));
const weights = [50, 30, 15, 5];
const bounds = bucketThresholds(weights);

/** Which of the four paths each customer takes. */
const pathsBy = (salt: string): number[] =>
  customers.map((customer) => {
    const bucket = bucketOf(salt, customer);
    return bounds.findIndex((bound) => bucket < bound);
  });

test.each(['salt', 'cart-abandoned-1', '', '한국어'])(
  'each path gets its share of 100,000 to within 1 %: salt "%s"',
  (salt) => {
    const paths = pathsBy(salt);
    for (const [path, weight] of weights.entries()) {
      const taken = paths.filter((one) => one === path).length;
      expect(Math.abs(taken - weight * 1_000)).toBeLessThan(1_000);
    }
  },
);

test.each([[[1, 1]], [[34, 33, 33]]])('of variants %j each has 1 % more or less of its own weight', (shares) => {
  const limits = bucketThresholds(shares);
  const drawn = customers.map((customer) => bucketOf('cart-abandoned-1', customer));
  const total = shares.reduce((sum, share) => sum + share, 0);
  for (const [variant, share] of shares.entries()) {
    const from = limits[variant - 1] ?? 0;
    const n = drawn.filter((bucket) => bucket >= from && bucket < limits[variant]!).length;
    const wanted = (share / total) * customers.length;
    expect(Math.abs(n - wanted) / wanted).toBeLessThan(0.01);
  }
});

test('one salt says nothing of another', () => {
  const [a, b] = [pathsBy('a'), pathsBy('b')];
  const both = a.filter((path, i) => path === 0 && b[i] === 0).length;
  expect(Math.abs(both - 25_000)).toBeLessThan(1_000);
});

test('the last path takes the rest, whatever the weights', () => {
  expect(bucketThresholds([1, 1, 1]).at(-1)).toBe(bucketCount);
  expect(bucketThresholds([0.1, 0.2]).at(-1)).toBe(bucketCount);
});

const split = (salt: string) => ({
  kind: 'randomSplit',
  salt,
  paths: ['Hello', 'Done'].map((next) => ({ weight: 1, next })),
});
const experiment = (salt: string) => ({
  kind: 'experiment',
  salt,
  variants: ['Hello', 'Done'].map((next) => ({ id: next, weight: 1, next })),
  goal: { event: 'Order Completed' },
  window: '7d',
});
const published = (version: number, step: object, more: object = {}): JourneyDefinition =>
  aJourney({ version, steps: { Step: step, Done: { kind: 'exit' } }, ...more });

test.each([
  ['split', split],
  ['experiment', experiment],
])('of 100,000 nobody changes sides of a %s: not by a retry, a re-entry or a new version', (_, step) => {
  const first = published(1, step('a'));
  const second = published(2, step('a'), { parkAfter: '10d', exit: { event: 'Unsubscribed' } });
  let moved = 0;
  for (const customer of customers) {
    const { Step } = drawSplits(first, customer);
    // Drawn again from nothing but the customer and the salt: a retry, a re-entry.
    const again = [drawSplits(first, { ...customer }).Step, drawSplits(second, customer).Step];
    if (again.some((bucket) => bucket !== Step)) moved++;
  }
  expect(moved).toBe(0);
});

test('a wait of a random length is drawn by journey and step, other steps draw nothing', () => {
  const wait = { kind: 'wait', between: ['1d', '3d'], next: 'Done' };
  const drawn = drawSplits(published(1, wait), mina);
  expect(drawn).toEqual({ Step: drawSplits(published(2, wait), mina).Step });
  expect(drawSplits(published(1, { kind: 'wait', for: '1d', next: 'Done' }), mina)).toEqual({});
});
