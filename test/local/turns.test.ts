import { expect, test } from 'vitest';
import { createTurns } from '../../infra/local/turns.ts';

test('whoever can wait begins while a processor is left beside those who cannot and the runner', () => {
  let pressing = 2;
  const mayBegin = createTurns(() => pressing, 4);
  expect(mayBegin(performance.now())).toBe(true);
  pressing = 3;
  expect(mayBegin(performance.now())).toBe(false);
});

test.each([1, 2])('with processors: %i, whoever can wait begins when nobody else is under way', (processors) => {
  let pressing = 0;
  const mayBegin = createTurns(() => pressing, processors);
  expect(mayBegin(performance.now())).toBe(true);
  pressing = 1;
  expect(mayBegin(performance.now())).toBe(false);
});

test('nobody waits longer than five seconds', () => {
  const mayBegin = createTurns(() => 1, 1);
  const now = performance.now();
  expect([mayBegin(now - 4_000), mayBegin(now - 5_000)]).toEqual([false, true]);
});
