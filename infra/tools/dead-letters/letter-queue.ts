import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** A message of a dead-letter queue. It returns to the queue unless it is removed in time. */
export interface QueuedLetter {
  body: unknown;
  remove: () => Promise<void>;
}

/**
 * Visibility timeout, s: how long a letter stays hidden after a crash. A longer run is harmless,
 * because redoing a letter is idempotent.
 */
const visibilitySeconds = 900;

/**
 * Consecutive replies without a new letter that end the reading. SQS samples some of its servers
 * each time.
 */
const maxEmpty = 3;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Makes received letters visible again. Best effort: after a failure they reappear at their
 * timeout.
 */
async function release(client: SQSClient, QueueUrl: string | undefined, receipts: string[]): Promise<void> {
  for (let start = 0; start < receipts.length; start += 10) {
    const Entries = receipts
      .slice(start, start + 10)
      .map((ReceiptHandle, i) => ({ Id: String(i), ReceiptHandle, VisibilityTimeout: 0 }));
    await client
      .send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))
      .catch((error: unknown) => console.error(error));
  }
}

/** Receives all messages of a queue once and hides them. */
async function receiveAll(client: SQSClient, QueueUrl: string | undefined): Promise<Message[]> {
  const messages = new Map<string, Message>();
  for (let empty = 0; empty < maxEmpty;) {
    const receive = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: visibilitySeconds, WaitTimeSeconds: 1 };
    const { Messages = [] } = await client.send(new ReceiveMessageCommand(receive));
    const before = messages.size;
    for (const message of Messages) messages.set(message.MessageId ?? '', message);
    empty = messages.size === before ? empty + 1 : 0;
  }
  return [...messages.values()];
}

/**
 * Yields the letters of a queue, each once. Receives all of them first, because a letter that fails
 * again creates a new one, which this run must not read. Letters that were not removed are visible
 * again at the end.
 */
export async function* readQueue(client: SQSClient, name: string): AsyncGenerator<QueuedLetter, void> {
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name }));
  const messages = await receiveAll(client, QueueUrl);
  const kept = new Set(messages.map(({ ReceiptHandle = '' }) => ReceiptHandle));
  try {
    for (const { ReceiptHandle = '', Body = '' } of messages)
      yield {
        body: parse(Body),
        remove: async () => {
          await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
          kept.delete(ReceiptHandle);
        },
      };
  } finally {
    await release(client, QueueUrl, [...kept]);
  }
}
