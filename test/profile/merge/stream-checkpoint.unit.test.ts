import { expect, test } from 'vitest';
import { mergeCheckpoints, advanceCheckpoint, isProcessed } from '#lib/profile/merge/stream-checkpoint.ts';

const at = (sequence: string, source = 'u:ada', stream = '2026') => ({ sequence, source, stream });
const through = (sequence: string) => advanceCheckpoint({ stream: '', through: {} }, at(sequence));

test.each([
  ['9', '10', false],
  ['10', '9', true],
  ['10', '10', true],
  ['99999999999999999999999999', '100000000000000000000000000', false],
  ['12345678901234567890123457', '12345678901234567890123456', true],
  ['0009', '10', false],
  ['10', '0009', true],
])('folded through %s, %s is a duplicate: %s', (reached, sequence, duplicate) => {
  expect(isProcessed(through(reached), at(sequence))).toBe(duplicate);
});

test('positions of another partition or another stream say nothing', () => {
  expect(isProcessed(through('10'), at('5', 'a:visitor'))).toBe(false);
  expect(isProcessed(through('10'), at('5', 'u:ada', '2027'))).toBe(false);
  expect(advanceCheckpoint(through('10'), at('5', 'u:ada', '2027'))).toEqual({
    stream: '2027',
    through: { 'u:ada': '5' },
  });
});

test('two profiles together have folded what either has', () => {
  const user = { stream: '2026', through: { 'u:ada': '10', 'a:one': '7' } };
  const visitor = { stream: '2026', through: { 'a:one': '12' } };
  expect(mergeCheckpoints(user, visitor).through).toEqual({ 'u:ada': '10', 'a:one': '12' });
  expect(mergeCheckpoints(visitor, user)).toEqual(mergeCheckpoints(user, visitor));
  expect(mergeCheckpoints(user, { stream: '2027', through: { 'a:one': '1' } }).through).toEqual({ 'a:one': '1' });
});
