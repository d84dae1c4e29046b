import { expect, test } from 'vitest';
import { type Predicate } from '../../lib/model/predicate.ts';
import { everyLeaf, foldPredicate, leavesOf } from '../../lib/model/visit-predicate.ts';

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => ({ event: name })) as [
  Predicate,
  Predicate,
  Predicate,
  Predicate,
];
const nested: Predicate = { all: [a, { any: [b, { not: { all: [c, { not: d }] } }] }] };

test('leaves are found at any depth, in order', () => {
  expect(leavesOf(nested)).toEqual([a, b, c, d]);
  expect(leavesOf(a)).toEqual([a]);
  expect(leavesOf({ all: [] })).toEqual([]);
});

test('a test of every leaf stops at the first that fails', () => {
  const seen: unknown[] = [];
  const isNotB = (leaf: unknown): boolean => seen.push(leaf) > 0 && leaf !== b;
  expect(everyLeaf(nested, isNotB)).toBe(false);
  expect(seen).toEqual([a, b]);
  expect(everyLeaf(nested, () => true)).toBe(true);
  expect(everyLeaf({ any: [] }, () => false)).toBe(true);
});

test('a fold makes one value of the parts of each predicate', () => {
  const text = foldPredicate<string>(nested, {
    all: (parts) => `all(${parts.join(' ')})`,
    any: (parts) => `any(${parts.join(' ')})`,
    not: (part, predicate) => `not[${Object.keys(predicate).join()}](${part})`,
    leaf: (leaf) => ('event' in leaf ? String(leaf.event) : '?'),
  });
  expect(text).toBe('all(a any(b not[all](all(c not[event](d)))))');
});
