import { expect, test } from 'vitest';
import { createSchedulingPolicy } from '#infra/local/lambda/scheduling-policy.ts';

/** Whether those may begin, with two processors, that have waited so long while so many others are under way. */
const mayBegin = (others: number, ms: number) => createSchedulingPolicy(() => others, 2)(performance.now() - ms);

test('whoever can wait begins at once when no other is under way', () => {
  expect([mayBegin(0, 0), mayBegin(1, 0)]).toEqual([true, false]);
});

test('where a processor is left, nobody waits longer than 200 ms', () => {
  expect([mayBegin(1, 0), mayBegin(1, 200), mayBegin(2, 200)]).toEqual([false, true, false]);
});

test('nobody waits longer than five seconds', () => {
  expect([mayBegin(9, 4_000), mayBegin(9, 5_000)]).toEqual([false, true]);
});

test('one processor is left to the runner, the others are for whoever comes', () => {
  const begins = (others: number) => createSchedulingPolicy(() => others, 4)(performance.now());
  expect([begins(2), begins(3)]).toEqual([true, false]);
});

test('on one processor they begin when it is free', () => {
  const begins = (others: number) => createSchedulingPolicy(() => others, 1)(performance.now() - 1_000);
  expect([begins(0), begins(1)]).toEqual([true, false]);
});
