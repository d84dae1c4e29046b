import { expect, test } from 'vitest';
import { fitting } from '../../lib/report/run/trim.ts';

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
