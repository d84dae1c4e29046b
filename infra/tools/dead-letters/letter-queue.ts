import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** A message of a dead-letter queue. It comes back into the queue unless it is removed in time. */
export interface QueuedLetter {
  body: unknown;
  remove: () => Promise<void>;
}

/** Until a letter that was read shows again, should the run crash. A run that takes longer does no harm: it works on each once. Seconds. */
const visibilitySeconds = 900;

/** Answers without a new letter after which the queue counts as read. SQS asks a share of its servers each time. */
const maxEmpty = 3;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Lets letters that were read and not removed show again at once. What fails shows again after its time. */
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

/** All messages of a queue, each once, taken out of sight. */
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
 * Reads the letters that are in a queue now, each once. All are received before the first is handed out: what is still poison gets a
 * new letter, which must not be read in the same run. Those not removed are in the queue again when the reading ends.
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
