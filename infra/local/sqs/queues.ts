import { mapValues } from '#lib/shared/records.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { AwsError } from '../http/aws-error.ts';
import { type Journal } from '../journal/open-journal.ts';
import { type StackTemplate } from '../template/template.ts';
import {
  findQueue,
  type MessageRow,
  type NamedQueue,
  openQueues,
  putMessage,
  type QueueState,
  readAttributes,
  receiveMessages,
  sendMessage,
} from './queue-messages.ts';
import {
  DeleteBatchRequest,
  DeleteRequest,
  parseRequest,
  QueueRequest,
  SendBatchRequest,
  SendRequest,
  VisibilityBatchRequest,
} from './queue-requests.ts';

/** A message of a queue, for display. */
export interface QueuedMessage {
  id: string;
  sentAt: string;
  receives: number;
  body: string;
  attributes: Record<string, string>;
}

/** The template's SQS queues, kept in the journal. */
export interface Queues {
  /** Stores a message in the journal. Throws for an unknown queue. */
  send(queueArn: string, body: string, attributes: Record<string, string>): void;
  /** The SQS API, for the actions of `actions` below. Throws for another action. */
  call(action: string, body: unknown): unknown;
  /** Lists a queue's messages, newest first, without receiving them. */
  list(queueName: string, options?: { limit?: number }): QueuedMessage[];
  /** Returns the number of messages of each queue. */
  counts(): Record<string, number>;
}

interface QueuesOptions {
  queues: StackTemplate['queues'];
  journal: Journal;
  clock: VirtualClock;
  /** Returns the endpoint in the URLs that `GetQueueUrl` returns. */
  url?: () => string;
}

/**
 * Replaces queue URLs in variables by the local endpoint. SQS clients call the URL's host, whatever
 * endpoint is configured.
 */
export function queuesAt(endpoint: string, variables: Record<string, string>): Record<string, string> {
  const host = /^https:\/\/sqs\.[\w-]+\.amazonaws\.com/;
  return mapValues(variables, (value) => value.replace(host, endpoint));
}

const allSuccessful = (entries: readonly { Id: string }[]) => ({
  Successful: entries.map(({ Id }) => ({ Id })),
  Failed: [],
});

const actions: Record<string, (state: QueueState, place: NamedQueue, body: unknown) => unknown> = {
  SendMessage: (state, { name }, body) => sendMessage(state, name, parseRequest(SendRequest, body)),
  SendMessageBatch: (state, { name }, body) => {
    const { Entries } = parseRequest(SendBatchRequest, body);
    return { Successful: Entries.map((entry) => ({ Id: entry.Id, ...sendMessage(state, name, entry) })), Failed: [] };
  },
  ReceiveMessage: receiveMessages,
  DeleteMessage: ({ remove }, { name }, body) => void remove.run(name, parseRequest(DeleteRequest, body).ReceiptHandle),
  DeleteMessageBatch: ({ remove }, { name }, body) => {
    const { Entries } = parseRequest(DeleteBatchRequest, body);
    for (const { ReceiptHandle } of Entries) remove.run(name, ReceiptHandle);
    return allSuccessful(Entries);
  },
  ChangeMessageVisibilityBatch: ({ show, clock }, { name }, body) => {
    const { Entries } = parseRequest(VisibilityBatchRequest, body);
    for (const { ReceiptHandle, VisibilityTimeout } of Entries)
      show.run(clock.now() + VisibilityTimeout * 1000, name, ReceiptHandle);
    return allSuccessful(Entries);
  },
  GetQueueAttributes: readAttributes,
  GetQueueUrl: ({ url }, { name }) => ({ QueueUrl: `${url()}/000000000000/${name}` }),
  PurgeQueue: ({ purge }, { name }) => void purge.run(name),
};

function callQueue(state: QueueState, action: string, body: unknown): unknown {
  const run = actions[action];
  if (!run) throw new AwsError('UnsupportedOperation', `SQS ${action} is not there locally`);
  const { QueueUrl, QueueName } = parseRequest(QueueRequest, body);
  return run(state, findQueue(state, QueueUrl ?? QueueName ?? ''), body);
}

const textAttributes = (stored: string): Record<string, string> =>
  mapValues(
    JSON.parse(stored) as Record<string, { StringValue?: string }>, // as `SendRequest` has them
    ({ StringValue = '' }) => StringValue,
  );

const queuedMessage = ({ messageId, sentAt, receives, body, attributes }: MessageRow): QueuedMessage => ({
  id: messageId,
  sentAt: new Date(sentAt).toISOString(),
  receives,
  body,
  attributes: textAttributes(attributes),
});

/**
 * Delivers at least once, oldest first. A message not deleted reappears after the visibility
 * timeout, or goes to the dead-letter queue after its maximum of receives. Times are virtual.
 */
export function createQueues({ queues, journal, clock, url = () => 'http://127.0.0.1' }: QueuesOptions): Queues {
  const state = openQueues(journal, { queues, clock, url });
  return {
    send(queueArn, body, texts) {
      const attributes = mapValues(texts, (StringValue) => ({ DataType: 'String', StringValue }));
      putMessage(state, findQueue(state, queueArn).name, { body, attributes, delaySeconds: 0 });
    },
    call: (action, body) => callQueue(state, action, body),
    list: (queueName, { limit = 100 } = {}) =>
      // The columns of the table above.
      (state.newest.all(findQueue(state, queueName).name, limit) as unknown as MessageRow[]).map(queuedMessage),
    counts: () =>
      Object.fromEntries([...state.byName.keys()].map((name) => [name, Number(state.count.get(0, name)?.total)])),
  };
}
