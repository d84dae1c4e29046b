import { expect, test } from 'vitest';
import { buckets, bucketOf, drawSplits, thresholds } from '../../lib/journey/split.ts';
import { aJourney, mina } from './given.ts';

test('each path gets its share of 100,000 customers to within one percent', () => {
  const weights = [50, 30, 15, 5];
  const bounds = thresholds(weights);
  const counts = weights.map(() => 0);
  for (let i = 0; i < 100_000; i++) {
    const bucket = bucketOf('salt', { workspace: 'acme', customer: `u:${i}` });
    const path = bounds.findIndex((bound) => bucket < bound);
    counts[path]! += 1;
  }
  for (const [path, weight] of weights.entries()) expect(Math.abs(counts[path]! - weight * 1_000)).toBeLessThan(1_000);
});

test('the last path takes the rest, whatever the weights', () => {
  expect(thresholds([1, 1, 1]).at(-1)).toBe(buckets);
  expect(thresholds([0.1, 0.2]).at(-1)).toBe(buckets);
});

test('a new version with the same salt keeps everybody on their side; another salt mixes them anew', () => {
  const journey = (version: number, salt: string) => {
    const paths = ['Hello', 'Done'].map((next) => ({ weight: 1, next }));
    return aJourney({ version, steps: { Split: { kind: 'randomSplit', salt, paths }, Done: { kind: 'exit' } } });
  };
  expect(drawSplits(journey(2, 'a'), mina)).toEqual(drawSplits(journey(1, 'a'), mina));
  expect(drawSplits(journey(1, 'b'), mina)).not.toEqual(drawSplits(journey(1, 'a'), mina));
});
