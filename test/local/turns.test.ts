import { expect, test } from 'vitest';
import { createTurns } from '../../infra/local/turns.ts';

test('whoever can wait begins while fewer of the others are under way than there are processors', () => {
  const turns = createTurns(2);
  const now = performance.now();
  const end = turns.begin();
  expect(turns.isFree(now)).toBe(true);
  turns.begin();
  expect(turns.isFree(now)).toBe(false);
  end();
  expect([turns.isFree(now), turns.prompt]).toEqual([true, 1]);
});

test('nobody waits longer than five seconds', () => {
  const turns = createTurns(1);
  turns.begin();
  const now = performance.now();
  expect([turns.isFree(now - 4_000), turns.isFree(now - 5_000)]).toEqual([false, true]);
});
