import { expect, test } from 'vitest';
import { conflict, fullJitterMs, retryOnConflict } from '../../lib/shared/retry.ts';

const policy = { maxTries: 3, contended: () => new Error('contended') };

test('retries after a conflict, and returns the first result that is none', async () => {
  const tried: number[] = [];
  const attempt = (tries: number) => {
    tried.push(tries);
    return Promise.resolve(tries < 2 ? conflict : undefined);
  };

  expect(await retryOnConflict(policy, attempt)).toBeUndefined();
  expect(tried).toEqual([0, 1, 2]);
});

test('throws after the last try, and does not retry another error', async () => {
  let tries = 0;
  const fail = () => {
    tries++;
    return Promise.reject(new Error('broken'));
  };

  await expect(retryOnConflict(policy, () => Promise.resolve(conflict))).rejects.toThrow('contended');
  await expect(retryOnConflict(policy, fail)).rejects.toThrow('broken');
  expect(tries).toBe(1);
});

test('draws the pause between 0 and the base, doubled with each retry up to the cap', () => {
  const most = (tries: number) => fullJitterMs({ baseMs: 25, capMs: 150 }, tries, () => 1);

  expect([0, 1, 2, 3].map(most)).toEqual([25, 50, 100, 150]);
  expect(fullJitterMs({ baseMs: 25 }, 2, () => 0)).toBe(0);
});
