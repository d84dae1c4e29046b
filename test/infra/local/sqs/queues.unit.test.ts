import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startAwsEndpoint } from '#infra/local/http/aws-endpoint.ts';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { openJournal } from '#infra/local/journal/open-journal.ts';
import { createQueues, queuesAt } from '#infra/local/sqs/queues.ts';
import { localAccess } from '#infra/local/engines/create-tables.ts';
import { type StackTemplate } from '#infra/local/template/template.ts';

const arnOf = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

const queue = (name: string, more: Partial<StackTemplate['queues'][number]> = {}): StackTemplate['queues'][number] => ({
  id: name,
  ref: `https://sqs.us-east-1.amazonaws.com/000000000000/${name}`,
  arn: arnOf(name),
  visibilityTimeoutSeconds: 30,
  retentionSeconds: 345_600,
  redrive: undefined,
  ...more,
});

async function aQueue({ queues = [queue('letters')], journal = openJournal(':memory:') } = {}) {
  const clock = new VirtualClock({ start: Date.parse('2026-03-01T00:00:00Z'), speed: 0 });
  const all = createQueues({ queues, journal, clock });
  const endpoint = await startAwsEndpoint({ handlers: { AmazonSQS: (action, body) => all.call(action, body) } });
  onTestFinished(() => endpoint.stop());
  const client = new SQSClient({ endpoint: endpoint.url, ...localAccess });
  const QueueUrl = `${endpoint.url}/000000000000/letters`;
  const receive = async () =>
    (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages ?? [];
  return {
    all,
    client,
    QueueUrl,
    receive,
    endpoint,
    advance: (seconds: number) => clock.advance(seconds * 1000, () => Promise.resolve()),
  };
}

test('what is sent is received once, and gone when deleted', async () => {
  const { client, QueueUrl, receive, advance } = await aQueue();
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
  await client.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: [
        { Id: 'a', MessageBody: 'two' },
        { Id: 'b', MessageBody: 'three' },
      ],
    }),
  );
  const received = await receive();
  expect(received.map(({ Body }) => Body)).toEqual(['one', 'two', 'three']);
  expect(await receive()).toEqual([]);
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: received[0]?.ReceiptHandle }));
  const counts = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  expect(counts.Attributes).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '2',
  });
  await advance(31);
  expect((await receive()).map(({ Body }) => Body)).toEqual(['two', 'three']);
});

test('a message received too often goes to the dead letters', async () => {
  const redrive = { deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 2 };
  const { all, client, QueueUrl, receive, advance } = await aQueue({
    queues: [queue('letters', { redrive }), queue('dead')],
  });
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
  for (let i = 0; i < 3; i++) {
    await receive();
    await advance(31);
  }
  expect(all.counts()).toEqual({ letters: 0, dead: 1 });
});

test('a message of the runner itself is there after a kill, with why it is there', async () => {
  const journal = openJournal(':memory:');
  (await aQueue({ journal })).all.send(arnOf('letters'), '{}', { ERROR_CODE: 'Gone' });
  const { all, receive } = await aQueue({ journal });
  expect(all.list('letters')).toMatchObject([
    { body: '{}', sentAt: '2026-03-01T00:00:00.000Z', attributes: { ERROR_CODE: 'Gone' } },
  ]);
  expect((await receive())[0]?.MessageAttributes).toMatchObject({ ERROR_CODE: { StringValue: 'Gone' } });
});

test('messages past their retention are gone', async () => {
  const { client, QueueUrl, receive, advance } = await aQueue({ queues: [queue('letters', { retentionSeconds: 60 })] });
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'old' }));
  await advance(61);
  expect(await receive()).toEqual([]);
});

test('a function that knows its queue by the URL of AWS reaches the local one, without a change', async () => {
  const { all, endpoint } = await aQueue();
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint.url);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { QUEUE_URL: QueueUrl } = queuesAt(endpoint.url, { QUEUE_URL: queue('letters').ref });
  await new SQSClient(localAccess).send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  expect(all.counts()).toEqual({ letters: 1 });
});

test('a queue that is not there is the exception the SDK knows', async () => {
  const { client, endpoint } = await aQueue();
  const QueueUrl = `${endpoint.url}/000000000000/nowhere`;
  await expect(client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }))).rejects.toBeInstanceOf(
    QueueDoesNotExist,
  );
});
