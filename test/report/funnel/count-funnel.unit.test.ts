import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { depthOf, countFunnel } from '#lib/report/funnel/count-funnel.ts';
import { type PathStep, tallyPaths } from '#lib/report/paths/customer-path.ts';

/** `view:0 cart:5`: names and times. */
const steps = (text: string): PathStep[] =>
  text.split(' ').map((part) => {
    const [name = '', at] = part.split(':');
    return { name, at: Number(at) };
  });

const plan = { steps: ['view', 'cart', 'buy'], windowMs: 10 };

describe('how deep one customer came', () => {
  test.each([
    ['in order', 'view:0 cart:5 buy:9', 3],
    ['with others in between', 'view:0 help:1 cart:5 help:6 buy:9', 3],
    ['out of order', 'buy:0 cart:1 view:2', 1],
    ['not begun', 'cart:1 buy:2', 0],
    ['the last one too late', 'view:0 cart:5 buy:11', 2],
    ['at the very end of the window', 'view:0 cart:5 buy:10', 3],
    ['begun again, late enough', 'view:0 cart:1 view:8 cart:9 buy:15', 3],
    ['begun again in vain: the first cart belongs to the first view', 'view:0 cart:1 view:8 buy:15', 2],
    ['all at one time, whichever was noted first', 'buy:4 cart:4 view:4', 3],
    ['at one time with what came before', 'view:0 buy:4 cart:4', 3],
  ])('%s', (_, path, depth) => expect(depthOf(plan, steps(path))).toBe(depth));

  test('a step that comes twice needs two touchpoints', () => {
    const twice = { steps: ['view', 'view'] };
    expect(depthOf(twice, steps('view:0'))).toBe(1);
    expect(depthOf(twice, steps('view:0 view:0'))).toBe(2);
  });

  test('is that of the best choice among all', () => {
    const step = fc.record({ name: fc.constantFrom('a', 'b', 'c'), at: fc.nat(6) });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 7 }),
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }),
        (all, names) => {
          const sorted = all.toSorted((x, y) => x.at - y.at);
          expect(depthOf({ steps: names, windowMs: 3 }, sorted)).toBe(bestDepth(names, sorted));
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Tries every choice of touchpoints for the steps, those of one time in either order. */
function bestDepth(names: string[], all: PathStep[], chosen: PathStep[] = []): number {
  const [name] = names;
  const [begin] = chosen;
  const before = chosen.at(-1)?.at ?? -Infinity;
  const next = all.filter(
    (one) => one.name === name && one.at >= before && !chosen.includes(one) && one.at - (begin ?? one).at <= 3,
  );
  return Math.max(chosen.length, ...next.map((one) => bestDepth(names.slice(1), all, [...chosen, one])));
}

test('a funnel counts customers, and shares of those before', () => {
  const paths = ['view:0 cart:5 buy:9', 'view:0 cart:3', 'view:1', 'view:2 buy:3', 'help:0'].map((text) => ({
    customer: text,
    steps: steps(text),
  }));
  expect(tallyPaths(paths, countFunnel(plan))).toEqual([
    { name: 'view', customers: 4, ofFirst: 1, ofPrevious: 1 },
    { name: 'cart', customers: 2, ofFirst: 0.5, ofPrevious: 0.5 },
    { name: 'buy', customers: 1, ofFirst: 0.25, ofPrevious: 0.5 },
  ]);
  expect(tallyPaths([], countFunnel(plan))[2]).toEqual({ name: 'buy', customers: 0, ofFirst: 0, ofPrevious: 0 });
});
