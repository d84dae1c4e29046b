import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** A message of a dead-letter queue. It comes back into the queue unless it is removed in time. */
export interface QueuedLetter {
  body: unknown;
  remove: () => Promise<void>;
}

/** Until a letter that was read shows again in the queue: longer than bringing back a page of them takes. Seconds. */
const visibilitySeconds = 120;

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

/**
 * Reads a queue to its end, each letter once. Letters that arrive while it is read may be among them. Those not removed are in the
 * queue again when the reading ends.
 */
export async function* readQueue(client: SQSClient, name: string): AsyncGenerator<QueuedLetter> {
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name }));
  const seen = new Set<string>();
  const kept = new Set<string>();
  try {
    for (let empty = 0; empty < maxEmpty;) {
      const receive = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: visibilitySeconds, WaitTimeSeconds: 1 };
      const { Messages = [] } = await client.send(new ReceiveMessageCommand(receive));
      const fresh = Messages.filter(({ MessageId = '' }) => !seen.has(MessageId));
      empty = fresh.length === 0 ? empty + 1 : 0;
      for (const { MessageId = '', ReceiptHandle = '', Body = '' } of fresh) {
        seen.add(MessageId);
        kept.add(ReceiptHandle);
        yield {
          body: parse(Body),
          remove: async () => {
            await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
            kept.delete(ReceiptHandle);
          },
        };
      }
    }
  } finally {
    await release(client, QueueUrl, [...kept]);
  }
}
