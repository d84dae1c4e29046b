import { ExecutionDoesNotExist, type ExecutionStatus, SFNClient } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { executionHistories } from '#lib/aws/step-functions/execution-histories.ts';

/** Histories of a Step Functions that answers this, whatever it is asked. */
function answering(answer: () => object) {
  const client = new SFNClient({ region: 'us-east-1' });
  client.send = () => Promise.resolve().then(answer);
  return executionHistories(client);
}

test.each<[ExecutionStatus, boolean]>([
  ['RUNNING', false],
  ['SUCCEEDED', false],
  ['FAILED', true],
  ['TIMED_OUT', true],
  ['ABORTED', true],
])('an execution that is %s has failed: %s', async (status, failed) => {
  expect(await answering(() => ({ status })).hasFailed('arn')).toBe(failed);
});

test('one that never was has not failed: it may be started yet', async () => {
  const none = answering(() => {
    throw new ExecutionDoesNotExist({ message: 'none', $metadata: {} });
  });
  expect(await none.hasFailed('arn')).toBe(false);
  expect(await none.inputOf('arn')).toBeUndefined();
});

test('what cannot be asked is no answer', async () => {
  const throttled = answering(() => {
    throw new Error('ThrottlingException');
  });
  await expect(throttled.hasFailed('arn')).rejects.toThrow('ThrottlingException');
});
