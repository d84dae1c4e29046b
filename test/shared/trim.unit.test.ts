import { expect, test } from 'vitest';
import { bounded, fitting, maxAnswerBytes, pageWithin } from '../../lib/shared/trim.ts';

const answer = {
  paths: 3,
  short: ['a', 'b'],
  inner: { long: Array.from({ length: 100 }, (_, i) => `number ${i}`), other: 1 },
};

test('an answer that fits is left alone', () => {
  expect(fitting(answer, ['short', 'inner.long'], 10_000)).toEqual({ answer, trimmed: [] });
});

test('of one that does not the longest list keeps its head, and what was cut is told', () => {
  const fitted = fitting(answer, ['short', 'inner.long'], 600);
  expect(Buffer.byteLength(JSON.stringify(fitted.answer))).toBeLessThanOrEqual(600);
  expect(fitted.trimmed).toEqual([{ list: 'inner.long', shown: 25, of: 100 }]);
  expect(fitted.answer).toMatchObject({ paths: 3, short: ['a', 'b'], inner: { other: 1 } });
  expect((fitted.answer as typeof answer).inner.long[0]).toBe('number 0');
});

test('an entry larger than all there is room for leaves an empty list', () => {
  const { trimmed } = fitting({ list: ['x'.repeat(1_000)] }, ['list', 'missing'], 100);
  expect(trimmed).toEqual([{ list: 'list', shown: 0, of: 1 }]);
});

test('an answer of a route says what of it was left out, and nothing where all fits', () => {
  expect(bounded(answer, ['short'])).toBe(answer);
  const long = bounded({ id: 'a', items: Array<string>(2_000).fill('x'.repeat(1_000)) }, ['items']);
  expect(Buffer.byteLength(JSON.stringify(long))).toBeLessThan(maxAnswerBytes);
  expect(long).toMatchObject({ id: 'a', trimmed: [{ list: 'items', shown: 500, of: 2_000 }] });
});

test('a page holds as many items as fit, and one at least', () => {
  const items = ['x'.repeat(600_000), 'x'.repeat(300_000), 'x'.repeat(300_000)];
  expect(pageWithin(items)).toHaveLength(2);
  expect(pageWithin(['x'.repeat(2_000_000), 'y'])).toHaveLength(1);
  expect(pageWithin(['a', 'b'])).toEqual(['a', 'b']);
  expect(pageWithin([])).toEqual([]);
});
