import { expect, test } from 'vitest';
import { type Plan } from '#lib/map/planned-map.ts';
import { measureConformance } from '#lib/report/conformance/measure-conformance.ts';
import { tallyPaths } from '#lib/report/paths/customer-path.ts';
import { inOrder, lettersOf, t } from '../../map/plan-examples.ts';
import { aPath } from '../paths/path-examples.ts';

const compared = (plan: Plan, ...letters: string[]) =>
  tallyPaths(
    letters.map((path, i) => aPath(path, `customer ${i}`)),
    measureConformance(plan),
  );

test('fitness is one for a path as planned and nothing for one that shares nothing', () => {
  expect(compared(inOrder('abc'), 'abc')).toMatchObject({
    averageFitness: 1,
    logFitness: 1,
    fitting: 1,
    deviations: [],
  });
  expect(compared(inOrder('abc'), 'xy')).toMatchObject({ averageFitness: 0, logFitness: 0, fitting: 0 });
});

test('a short path weighs as much as a long one in the average, and less in the log', () => {
  // Costs 0, 1, 2 over 3 + 3, 2 + 3, 1 + 3.
  const { averageFitness, logFitness, fitting } = compared(inOrder('abc'), 'abc', 'ab', 'a');
  expect(averageFitness).toBeCloseTo((1 + 4 / 5 + 2 / 4) / 3, 12);
  expect(logFitness).toBeCloseTo(1 - 3 / 15, 12);
  expect(fitting).toBeCloseTo(1 / 3, 12);
});

test('paths that are alike are one variant', () => {
  expect(compared(inOrder('ab'), 'ab', 'ab', 'b')).toMatchObject({ paths: 3, variants: 2 });
});

test('the most frequent variants are shown beside the plan', () => {
  const { frequent } = tallyPaths(
    [aPath('b', 'Kim'), aPath('ab', 'Lee'), aPath('b', 'Kim')],
    measureConformance(inOrder('ab'), { top: 1 }),
  );
  const moves = [
    { kind: 'skipped', name: 'a', place: 'sequence[0]' },
    { kind: 'planned', name: 'b', place: 'sequence[1]' },
  ];
  expect(frequent).toEqual([
    { names: ['b'], paths: 2, customers: 1, fitness: expect.closeTo(2 / 3, 12) as number, cost: 1, exact: true, moves },
  ]);
});

test('deviations say what, where, how often and of how many customers', () => {
  const plan: Plan = { sequence: [t('a'), { optional: t('o') }, { parallel: [t('b'), t('c')] }] };
  const paths = [aPath('axbc', 'Kim'), aPath('axxcb', 'Kim'), aPath('ab', 'Lee')];
  const { deviations } = tallyPaths(paths, measureConformance(plan));
  expect(deviations).toEqual([
    expect.objectContaining({ kind: 'extra', name: 'x', after: 'a', count: 3, paths: 2, customers: 1 }),
    expect.objectContaining({ kind: 'skipped', name: 'c', place: 'sequence[2].parallel[1]', after: 'b', customers: 1 }),
  ]);
});

test('what is done too late is told to be out of order at both places', () => {
  const { deviations } = compared(inOrder('abcd'), 'acdb');
  expect(deviations.map(({ kind, name, outOfOrder }) => [kind, name, outOfOrder]).sort()).toEqual([
    ['extra', 'b', true],
    ['skipped', 'b', true],
  ]);
});

test('a deviation is told in the words of the map', () => {
  const plan: Plan = {
    sequence: [
      { touchpoint: 'Signed Up', label: { en: 'Sign-up', ko: '가입' } },
      { touchpoint: 'Activated', label: { en: 'Activation', ko: '활성화' } },
    ],
  };
  const path = { customer: 'Kim', steps: [{ name: 'Signed Up', at: 0 }] };
  expect(tallyPaths([path], measureConformance(plan)).deviations[0]?.text).toEqual({
    en: 'Skipped "Activation" after "Sign-up"',
    ko: '"가입" 다음에 "활성화" 건너뜀',
  });
});

test('paths given up are counted, and the average says how low it may be', () => {
  const wide: Plan = { parallel: lettersOf('abcdefgh').map((name) => inOrder(`${name}z${name}`)) };
  const paths = [aPath('zzhgfedcbaabcdefghz', 'Kim'), aPath('azabzbczcdzdezefzfgzghzh', 'Lee')];
  const result = tallyPaths(paths, measureConformance(wide, { limit: 1_000 }));
  expect(result.unresolved.paths).toBe(1);
  expect(result.unresolved.averageFitnessAtLeast).toBe(0.5);
  expect(result.averageFitness).toBeGreaterThan(0.5);
});

test('when the work for all variants is spent, the rest is bounded rather than waited for', () => {
  const plan: Plan = { choice: [inOrder('ab'), inOrder('ba')] };
  const { unresolved, averageFitness } = tallyPaths(
    [aPath('ab'), aPath('axb'), aPath('b')],
    measureConformance(plan, { total: 8 }),
  );
  expect(unresolved.paths).toBe(2);
  expect(averageFitness).toBeLessThan(1);
});

test('no paths deviate from nothing', () => {
  expect(tallyPaths([], measureConformance(inOrder('ab')))).toMatchObject({
    paths: 0,
    averageFitness: 1,
    deviations: [],
  });
});
