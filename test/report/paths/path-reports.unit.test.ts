import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Branch, countBranches } from '#lib/report/paths/branches.ts';
import { buildDirectlyFollowsGraph } from '#lib/report/paths/directly-follows-graph.ts';
import { type CustomerPath, tallyPaths } from '#lib/report/paths/customer-path.ts';
import { countRework } from '#lib/report/paths/rework.ts';
import { findPathVariants } from '#lib/report/paths/path-variants.ts';
import { lettersOf } from '../../map/plan-examples.ts';
import { aPath } from './path-examples.ts';

const paths = (...words: string[]) => words.map((word, i) => aPath(word, `customer ${i}`));
const somePaths = fc
  .array(fc.array(fc.constantFrom('a', 'b', 'c', 'd')).map((names) => names.join('')))
  .map((words) => paths(...words));
const steps = (all: CustomerPath[]) => all.reduce((sum, path) => sum + path.steps.length, 0);

test('variants are counted, the most frequent first', () => {
  const told = tallyPaths([aPath('ab', 'Kim'), aPath('ab', 'Kim'), aPath('c', 'Lee')], findPathVariants({ top: 1 }));
  expect(told).toEqual({
    paths: 3,
    distinct: 2,
    variants: [{ names: ['a', 'b'], paths: 2, customers: 1, share: 2 / 3 }],
  });
});

test('touchpoints whose names hold separators are not taken for others', () => {
  const path = (...names: string[]): CustomerPath => ({
    customer: 'Kim',
    steps: names.map((name, at) => ({ name, at })),
  });
  expect(tallyPaths([path('a","b'), path('a', 'b'), path('a,b')], findPathVariants()).distinct).toBe(3);
});

test('the graph tells what follows what, how often and how soon', () => {
  const slow: CustomerPath = {
    customer: 'Lee',
    steps: [
      { name: 'a', at: 0 },
      { name: 'b', at: 3_000 },
    ],
  };
  const { nodes, edges } = tallyPaths([aPath('abab', 'Kim'), slow], buildDirectlyFollowsGraph());
  expect(nodes).toContainEqual({ name: 'a', count: 3, paths: 2, customers: 2, starts: 2, ends: 0 });
  expect(edges).toContainEqual({
    from: 'a',
    to: 'b',
    count: 3,
    paths: 2,
    customers: 2,
    time: { count: 3, medianMs: 1_000, p90Ms: 2_600 },
  });
  expect(edges).toContainEqual(expect.objectContaining({ from: 'b', to: 'a', count: 1, paths: 1 }));
});

test('rare edges are left out and counted as hidden', () => {
  const { edges, hidden } = tallyPaths(paths('ab', 'ab', 'ac'), buildDirectlyFollowsGraph({ minShare: 0.5 }));
  expect(edges.map(({ from, to }) => from + to)).toEqual(['ab']);
  expect(hidden).toEqual({ nodes: 0, edges: 1 });
});

test('edges go only between the touchpoints shown', () => {
  const { nodes, edges, hidden } = tallyPaths(paths('abc', 'ab'), buildDirectlyFollowsGraph({ top: 2 }));
  expect(nodes.map(({ name }) => name)).toEqual(['a', 'b']);
  expect([edges.length, hidden]).toEqual([1, { nodes: 1, edges: 1 }]);
});

test('what flows into a touchpoint, or starts there, flows out or ends there', () =>
  fc.assert(
    fc.property(somePaths, (all) => {
      const { nodes, edges } = tallyPaths(all, buildDirectlyFollowsGraph());
      for (const { name, count, starts, ends } of nodes) {
        const sum = (side: 'from' | 'to') =>
          edges.reduce((total, edge) => total + (edge[side] === name ? edge.count : 0), 0);
        expect([sum('to') + starts, sum('from') + ends]).toEqual([count, count]);
      }
      expect(nodes.reduce((sum, { count }) => sum + count, 0)).toBe(steps(all));
    }),
  ));

test('rework tells what is done again, at once or later', () => {
  expect(tallyPaths(paths('aaba', 'ab'), countRework())).toEqual([
    {
      name: 'a',
      atOnce: { count: 1, paths: 1, customers: 1 },
      later: { count: 1, paths: 1, customers: 1 },
      mostInOnePath: 3,
    },
  ]);
});

test('what is not the first of its name is rework', () =>
  fc.assert(
    fc.property(somePaths, (all) => {
      const again = tallyPaths(all, countRework()).reduce(
        (sum, { atOnce, later }) => sum + atOnce.count + later.count,
        0,
      );
      const first = all.reduce((sum, path) => sum + new Set(path.steps.map(({ name }) => name)).size, 0);
      expect(again).toBe(steps(all) - first);
    }),
  ));

test('from a touchpoint paths branch, and some end', () => {
  const { root } = tallyPaths(
    paths('xab', 'ab', 'ac', 'a', 'z'),
    countBranches({ touchpoint: 'a', direction: 'from' }),
  );
  expect(root).toMatchObject({
    name: 'a',
    paths: 4,
    share: 1,
    ended: 1,
    next: [{ name: 'b', paths: 2, share: 0.5, ended: 2 }, { name: 'c' }],
  });
});

test('to a touchpoint paths are read backwards', () => {
  const { root } = tallyPaths(paths('xya', 'ya', 'a'), countBranches({ touchpoint: 'a', direction: 'to' }));
  expect(root).toMatchObject({
    paths: 3,
    ended: 1,
    next: [{ name: 'y', paths: 2, ended: 1, time: { medianMs: 1_000 }, next: [{ name: 'x' }] }],
  });
});

test('the same touchpoint directly again is one place, unless asked otherwise', () => {
  const next = (collapse: boolean) =>
    tallyPaths(paths('aabb'), countBranches({ touchpoint: 'a', direction: 'from', collapse })).root?.next.map(
      ({ name }) => name,
    );
  expect([next(true), next(false)]).toEqual([['b'], ['a']]);
});

test('where no path has the touchpoint there is no tree', () => {
  expect(tallyPaths(paths('ab'), countBranches({ touchpoint: 'z', direction: 'to' }))).toEqual({ paths: 1 });
});

test('no path is lost in a tree: each ends, goes on, or is among the others', () =>
  fc.assert(
    fc.property(somePaths, fc.nat(3), fc.constantFrom('from' as const, 'to' as const), (all, top, direction) => {
      const { root } = tallyPaths(all, countBranches({ touchpoint: 'a', direction, depth: 2, top }));
      const balanced = ({ paths: own, ended, beyond, others, next }: Branch): boolean =>
        own === ended + beyond + others.paths + next.reduce((sum, one) => sum + one.paths, 0) && next.every(balanced);
      expect(root?.paths ?? 0).toBe(all.filter((path) => path.steps.some(({ name }) => name === 'a')).length);
      expect(!root || balanced(root)).toBe(true);
    }),
  ));

test('a customer whose paths are many is one customer in every report', () => {
  const many = lettersOf('xyz').map((last) => aPath(`aab${last}`, 'Kim'));
  expect(tallyPaths(many, buildDirectlyFollowsGraph()).nodes.find(({ name }) => name === 'a')).toMatchObject({
    paths: 3,
    customers: 1,
  });
  expect(tallyPaths(many, countRework())[0]?.atOnce).toEqual({ count: 3, paths: 3, customers: 1 });
});
