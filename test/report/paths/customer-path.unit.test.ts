import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  groupPathRows,
  type CustomerPath,
  type PathRow,
  pathsOf,
  pathsOfPages,
} from '#lib/report/paths/customer-path.ts';

const row = (customer: string, name: string, at: number): PathRow => ({ customer, name, at });
const told = (rows: PathRow[], cut = {}) =>
  [...pathsOf(rows, cut)].map(({ customer, steps }) => `${customer}: ${steps.map(({ name }) => name).join('')}`);

test('a path is what one customer did, in time order', () => {
  expect(told([row('Kim', 'b', 2), row('Kim', 'a', 1), row('Lee', 'c', 0)])).toEqual(['Kim: ab', 'Lee: c']);
});

test('touchpoints of the same time keep their order', () => {
  expect(told([row('Kim', 'b', 1), row('Kim', 'a', 1)])).toEqual(['Kim: ba']);
});

test('a long silence begins a new path', () => {
  const rows = [row('Kim', 'a', 0), row('Kim', 'b', 10), row('Kim', 'c', 21)];
  expect(told(rows, { gapMs: 10 })).toEqual(['Kim: ab', 'Kim: c']);
});

test('a customer of whom nothing counts has no path', () => {
  const rows = [row('Kim', 'noise', 0), row('Lee', 'a', 0)];
  expect(told(rows, { keep: ({ name }: PathRow) => name !== 'noise' })).toEqual(['Lee: a']);
});

test('rows that come page by page make the same paths', async () => {
  const rows = [row('Kim', 'a', 0), row('Kim', 'b', 10), row('Kim', 'c', 21), row('Lee', 'd', 0)];
  async function* pages() {
    yield* rows;
  }
  const paths: CustomerPath[] = [];
  for await (const path of pathsOfPages(pages(), { gapMs: 10 })) paths.push(path);
  expect(paths).toEqual([...pathsOf(rows, { gapMs: 10 })]);
});

test('however rows come, grouped they make the paths of each customer', () =>
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('Kim', 'Lee', 'Park'), fc.nat(50))), (drawn) => {
      const rows = drawn.map(([customer, at]) => row(customer, 'a', at));
      const paths = [...pathsOf(groupPathRows(rows))];
      expect(new Set(paths.map(({ customer }) => customer)).size).toBe(paths.length);
      expect(paths.reduce((sum, { steps }) => sum + steps.length, 0)).toBe(rows.length);
      for (const { steps } of paths) expect(steps).toEqual(steps.toSorted((a, b) => a.at - b.at));
    }),
  ));
