import { expect, test } from 'vitest';
import { findConversionPaths, type ConversionPathPlan } from '#lib/report/attribution/find-conversion-paths.ts';
import { type CustomerPath } from '#lib/report/paths/customer-path.ts';

const path = (...names: string[]): CustomerPath => ({ customer: 'c', steps: names.map((name, at) => ({ name, at })) });

const ways = (plan: Partial<ConversionPathPlan>, ...paths: CustomerPath[]) => [
  ...findConversionPaths(paths, { conversion: 'buy', ...plan }),
];

test('each conversion ends a way, and what leads to none is one without', () => {
  expect(ways({}, path('mail', 'shop', 'buy', 'shop', 'buy', 'mail', 'shop'))).toEqual([
    { touches: ['mail', 'shop'], ages: [2, 1], conversions: 1, nulls: 0, value: 0 },
    { touches: ['shop'], ages: [1], conversions: 1, nulls: 0, value: 0 },
    { touches: ['mail', 'shop'], ages: [1, 0], conversions: 0, nulls: 1 },
  ]);
});

test('touches may be channels, must lie in the window, and a conversion may be worth something', () => {
  const touchOf = ({ name }: { name: string }) => (name === 'noise' ? undefined : name.toUpperCase());
  const plan = { touchOf, lookbackMs: 2, worthOf: () => 30 };
  expect(ways(plan, path('mail', 'noise', 'shop', 'buy'))).toEqual([
    { touches: ['SHOP'], ages: [1], conversions: 1, nulls: 0, value: 30 },
  ]);
});

test('who bought without any touch credits nobody', () => {
  expect(ways({}, path('buy'), path())).toEqual([]);
});
