import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { pastRefused, throwRefused } from '../../lib/aws/table/past-refused.ts';
import { endingRefused, refusedEventQueue } from '../../lib/aws/refused-events.ts';
import { asRefusal } from '../../lib/aws/table/write-refusal.ts';
import { Unavailable } from '../../lib/shared/errors.ts';
import { muteErrors } from '../functions/ingestion/ingestion-world.ts';

const full = (userId: string): unknown => {
  const cause = Object.assign(new Error('full'), { name: 'ItemCollectionSizeLimitExceededException' });
  return asRefusal(cause, [{ pk: `local#u:${userId}`, sk: 'profile' }]);
};

const event = { 'detail-type': 'StageEntered', detail: { customer: 'u:ada' } };
const invocation = { awsRequestId: 'r-1', invokedFunctionArn: 'arn:aws:lambda:::function:enrol' };

function aQueue() {
  const sqs = mockClient(SQSClient);
  sqs.on(SendMessageCommand).resolves({});
  const letters = () =>
    sqs
      .commandCalls(SendMessageCommand)
      .map(({ args: [{ input }] }) => JSON.parse(input.MessageBody ?? '') as Record<string, unknown>);
  return { sqs, letters, putAside: refusedEventQueue(new SQSClient({}), 'https://queue') };
}

const failing = (error: unknown) => async (): Promise<string> => {
  throw error;
};

test('an event whose write is refused for good ends at once in the dead letters, with key and reason', async () => {
  muteErrors();
  const { letters, putAside } = aQueue();
  expect(await endingRefused(failing(full('ada')), putAside)(event, invocation)).toBeUndefined();
  expect(letters()).toMatchObject([
    {
      requestContext: { condition: 'WriteRefused', functionArn: invocation.invokedFunctionArn },
      requestPayload: event,
      responsePayload: { errorType: 'TooLarge' },
    },
  ]);
  expect(JSON.stringify(letters()[0]?.responsePayload)).toMatch(/write\.collection-full.*local#u:ada/);
});

test('an outage, and a refusal in a step of a journey, are thrown: Lambda and Step Functions decide', async () => {
  const { letters, putAside } = aQueue();
  const outage = new Unavailable('entry.contended');
  await expect(endingRefused(failing(outage), putAside)(event, invocation)).rejects.toBe(outage);
  const step = { stepId: 'Choose' };
  await expect(endingRefused(failing(full('ada')), putAside)(step, invocation)).rejects.toMatchObject({
    code: 'write.collection-full',
  });
  expect(letters()).toEqual([]);
});

test('an event whose letter cannot be sent is thrown, so that it is tried again', async () => {
  muteErrors();
  const { sqs, putAside } = aQueue();
  sqs.on(SendMessageCommand).rejects(new Error('queue away'));
  await expect(endingRefused(failing(full('ada')), putAside)(event, invocation)).rejects.toThrow('queue away');
});

test('one refused for good holds up no other of a batch, and one error names the keys of all', async () => {
  const done: string[] = [];
  const refused = await pastRefused(['ada', 'grace', 'alan', 'bob'], 1, async (userId) => {
    if (userId === 'ada' || userId === 'alan') throw full(userId);
    done.push(userId);
  });
  expect(done).toEqual(['grace', 'bob']);
  const keys = ['ada', 'alan'].map((userId) => ({ pk: `local#u:${userId}`, sk: 'profile' }));
  expect(() => throwRefused(refused)).toThrow(
    expect.objectContaining({ code: 'write.collection-full', facts: { count: 2, keys } }),
  );
  expect(() => throwRefused([])).not.toThrow();
});

test('an outage among a batch is thrown as ever', async () => {
  const outage = new Unavailable('store.unavailable');
  await expect(pastRefused(['ada'], 4, () => Promise.reject(outage))).rejects.toBe(outage);
});
