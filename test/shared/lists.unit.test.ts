import { expect, test } from 'vitest';
import { chunksOf, distinctBy } from '../../lib/shared/lists.ts';

test('a list is divided into parts of a size', () => {
  expect(chunksOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(chunksOf([1, 2], 2)).toEqual([[1, 2]]);
  expect(chunksOf([], 2)).toEqual([]);
});

test('the first item of each name is kept, in order', () => {
  const all = ['b1', 'a1', 'b2', 'c1', 'a2'];
  expect(distinctBy(all, (one) => one.charAt(0))).toEqual(['b1', 'a1', 'c1']);
});
