import { expect, test } from 'vitest';
import { compact, mapValues, omitBy } from '../../lib/shared/records.ts';

test('omits the entries that match', () => {
  expect(omitBy({ a: 1, b: 2, c: 3 }, (value, key) => value === 1 || key === 'c')).toEqual({ b: 2 });
});

test('drops what is undefined, and keeps every other empty value', () => {
  const made = compact({ a: undefined, b: null, c: 0, d: '', e: false });

  expect(Object.keys(made)).toEqual(['b', 'c', 'd', 'e']);
});

test('every value is changed under the same key', () => {
  expect(mapValues({ a: 1, b: 2 }, (n) => n * 10)).toEqual({ a: 10, b: 20 });
});
