import { expect, test } from 'vitest';
import { createTurns } from '../../infra/local/turns.ts';

test('whoever can wait begins while fewer of the others need a processor than there are', () => {
  let pressing = 1;
  const mayBegin = createTurns(() => pressing, 2);
  expect(mayBegin(performance.now())).toBe(true);
  pressing = 2;
  expect(mayBegin(performance.now())).toBe(false);
});

test('nobody waits longer than five seconds', () => {
  const mayBegin = createTurns(() => 1, 1);
  const now = performance.now();
  expect([mayBegin(now - 4_000), mayBegin(now - 5_000)]).toEqual([false, true]);
});
