import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Plan } from '#lib/map/planned-map.ts';
import { alignPath } from '#lib/report/conformance/align-path.ts';
import { type AlignmentMove } from '#lib/report/conformance/alignment.ts';
import { automatonOf } from '#lib/report/conformance/plan-automaton.ts';
import { createAligner } from '#lib/report/conformance/choose-aligner.ts';
import { alignLinear, linearStepsOf } from '#lib/report/conformance/edit-distance.ts';
import { aPlan, inOrder, leavesOf, lettersOf, t, walks } from '../../map/plan-examples.ts';

const aTrace = fc.array(fc.constantFrom('a', 'b', 'c', 'x'), { maxLength: 4 });
const searched = (plan: Plan, trace: readonly string[]) => alignPath(automatonOf(plan), trace, 1e6);

/** Insertions and deletions from one word to another, letter by letter. */
function indel(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  if (a.charAt(0) === b.charAt(0)) return indel(a.slice(1), b.slice(1));
  return 1 + Math.min(indel(a.slice(1), b), indel(a, b.slice(1)));
}

const done = (moves: AlignmentMove[]) => moves.flatMap(({ kind, name }) => (kind === 'skipped' ? [] : [name]));
const planned = (moves: AlignmentMove[]) => moves.flatMap(({ kind, name }) => (kind === 'extra' ? [] : [name]));

test('no way through the plan is nearer to the path than the one an alignment finds', () =>
  fc.assert(
    fc.property(
      aPlan.filter((plan) => leavesOf(plan) <= 6),
      aTrace,
      (plan, trace) => {
        const { cost, moves } = searched(plan, trace);
        const nearest = [...walks(plan, trace.length + cost)].map((walk) => indel(trace.join(''), walk));
        expect(cost).toBe(Math.min(...nearest));
        expect(moves.filter(({ kind }) => kind !== 'planned')).toHaveLength(cost);
      },
    ),
    { numRuns: 300 },
  ));

test('an alignment reads as the path on one side and as a way through the plan on the other', () =>
  fc.assert(
    fc.property(
      aPlan.filter((plan) => leavesOf(plan) <= 6),
      aTrace,
      (plan, trace) => {
        const { moves } = searched(plan, trace);
        expect(done(moves)).toEqual(trace);
        const way = planned(moves).join('');
        expect(walks(plan, way.length)).toContain(way);
      },
    ),
  ));

test('a plan that is a sequence costs the same by search and by indel distance', () =>
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }),
      fc.array(fc.constantFrom('a', 'b', 'c', 'x')),
      (names, trace) => {
        const plan = inOrder(names.join(''));
        const short = alignLinear(linearStepsOf(plan)!, trace);
        expect(searched(plan, trace).cost).toBe(short.cost);
        expect(done(short.moves)).toEqual(trace);
        expect(planned(short.moves)).toEqual(names);
      },
    ),
  ));

test('a path without touchpoints skips the shortest way', () =>
  fc.assert(
    fc.property(aPlan, (plan) => {
      const { shortest, align: aligned } = createAligner(plan);
      expect(aligned([]).cost).toBe(shortest);
    }),
  ));

/** Running example of van der Aalst, "Process Mining", 2nd edition 2016, fig. 2.6: requests for compensation. */
const compensation: Plan = {
  sequence: [
    t('register'),
    {
      loop: { sequence: [{ parallel: [{ choice: [t('thorough'), t('casual')] }, t('check')] }, t('decide')] },
      again: t('reinitiate'),
    },
    { choice: [t('pay'), t('reject')] },
  ],
};

const requests: [string, string[], number][] = [
  ['check before examining', ['register', 'check', 'casual', 'decide', 'pay'], 0],
  [
    'a second round',
    ['register', 'casual', 'check', 'decide', 'reinitiate', 'check', 'thorough', 'decide', 'reject'],
    0,
  ],
  ['no check', ['register', 'casual', 'decide', 'reject'], 1],
  ['both examinations', ['register', 'casual', 'thorough', 'check', 'decide', 'reject'], 1],
  ['decided twice without a new round', ['register', 'casual', 'check', 'decide', 'decide', 'pay'], 1],
  ['paid and rejected', ['register', 'casual', 'check', 'decide', 'pay', 'reject'], 1],
  ['never decided', ['register', 'casual', 'check'], 2],
];

test.each(requests)('requests for compensation: %s', (_, trace, cost) => {
  expect(searched(compensation, trace).cost).toBe(cost);
});

test('a search that is given up says what the cost is at least', () => {
  const wide: Plan = { parallel: lettersOf('abcdefgh').map((name) => ({ loop: inOrder(`${name}z${name}`) })) };
  const trace = lettersOf('zzhgfedcbazazbzczdzezfzgzhz');
  const exact = searched(wide, trace);
  const bound = alignPath(automatonOf(wide), trace, 10);
  expect(bound).toMatchObject({ exact: false, moves: [] });
  expect(bound.cost).toBeLessThanOrEqual(exact.cost);
  expect(bound.cost).toBeGreaterThan(0);
});

test('ten parts side by side are aligned within the limit, in any order', () => {
  const { align: aligned } = createAligner({
    parallel: lettersOf('abcdefghij').map((name) => inOrder(`${name}${name.toUpperCase()}`)),
  });
  expect(aligned(lettersOf('jihgfedcbaABCDEFGHIJ'))).toMatchObject({ cost: 0, exact: true });
  expect(aligned(lettersOf('jihgfedcbaABCDEFGHIx'))).toMatchObject({ cost: 2, exact: true });
});

test('a long path is aligned with a loop', () => {
  const { align: aligned } = createAligner({ sequence: [t('a'), { loop: t('b') }, t('c')] });
  expect(aligned(['a', ...Array<string>(5_000).fill('b'), 'x', 'c'])).toMatchObject({ cost: 1, exact: true });
});
