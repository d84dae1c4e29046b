import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../http/aws-error.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type Journal } from '../journal/open-journal.ts';
import { readServiceRequest } from '../http/read-request.ts';
import { type StackTemplate } from '../template/template.ts';
import { mapValues } from '../../../lib/shared/records.ts';

/** A message as people look at it. */
export interface QueuedMessage {
  id: string;
  sentAt: string;
  receives: number;
  body: string;
  attributes: Record<string, string>;
}

/** The template's SQS queues, kept in the journal. */
export interface Queues {
  /** In the journal when it returns. Throws for a queue that is not there. */
  send(queueArn: string, body: string, attributes: Record<string, string>): void;
  /** The SQS API: SendMessage, SendMessageBatch, ReceiveMessage, DeleteMessage(Batch), ChangeMessageVisibilityBatch, GetQueueAttributes, GetQueueUrl, PurgeQueue. */
  call(action: string, body: unknown): unknown;
  /** What lies in a queue, the newest first, without receiving it. */
  list(queueName: string, options?: { limit?: number }): QueuedMessage[];
  /** Messages by queue. */
  counts(): Record<string, number>;
}

interface QueuesOptions {
  queues: StackTemplate['queues'];
  journal: Journal;
  clock: VirtualClock;
  /** Where `GetQueueUrl` says the queues are. */
  url?: () => string;
}

type Queue = StackTemplate['queues'][number];

interface Row {
  id: number;
  messageId: string;
  body: string;
  attributes: string;
  sentAt: number;
  receives: number;
  firstReceivedAt: number | null;
}

/** SQS takes a message of at most this, attributes included. */
const maxMessageBytes = 1_048_576;

const Attribute = z.object({ DataType: z.string(), StringValue: z.string().optional() });

const Sent = z.object({
  MessageBody: z.string().min(1),
  DelaySeconds: z.int().min(0).max(900).default(0),
  MessageAttributes: z.record(z.string(), Attribute).default({}),
});

const SentBatch = z.object({
  Entries: z
    .array(Sent.extend({ Id: z.string() }))
    .min(1)
    .max(10),
});

const Received = z.object({
  MaxNumberOfMessages: z.int().min(1).max(10).default(1),
  VisibilityTimeout: z.int().min(0).max(43_200).optional(),
});

const Deleted = z.object({ ReceiptHandle: z.string() });

const DeletedBatch = z.object({
  Entries: z
    .array(Deleted.extend({ Id: z.string() }))
    .min(1)
    .max(10),
});

const Shown = z.object({
  Entries: z
    .array(Deleted.extend({ Id: z.string(), VisibilityTimeout: z.int().min(0).max(43_200) }))
    .min(1)
    .max(10),
});

const named = z.looseObject({ QueueUrl: z.string().optional(), QueueName: z.string().optional() });

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const lastPart = (text: string): string => text.split(/[/:]/).at(-1) ?? '';

const parse = <Shape extends z.ZodType>(shape: Shape, body: unknown): z.infer<Shape> =>
  readServiceRequest(shape, body, 'InvalidParameterValue');

/**
 * Replaces queue URLs in variables by the local endpoint. SQS clients call the URL's host, whatever
 * endpoint is configured.
 */
export function queuesAt(endpoint: string, variables: Record<string, string>): Record<string, string> {
  const host = /^https:\/\/sqs\.[\w-]+\.amazonaws\.com/;
  return mapValues(variables, (value) => value.replace(host, endpoint));
}

/**
 * Delivers at least once, oldest first. A message not deleted reappears after the visibility
 * timeout, or goes to the dead-letter queue after its maximum of receives. Times are virtual.
 */
export function createQueues({ queues, journal, clock, url = () => 'http://127.0.0.1' }: QueuesOptions): Queues {
  journal.exec(`CREATE TABLE IF NOT EXISTS queue_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT, messageId TEXT, body TEXT, attributes TEXT, sentAt REAL,
    visibleAt REAL, receives INTEGER DEFAULT 0, firstReceivedAt REAL, receipt TEXT);
    CREATE INDEX IF NOT EXISTS queue_messages_by_queue ON queue_messages (queue, id)`);
  const insert = journal.prepare(
    'INSERT INTO queue_messages (queue, messageId, body, attributes, sentAt, visibleAt) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const visible = journal.prepare(
    'SELECT * FROM queue_messages WHERE queue = ? AND visibleAt <= ? ORDER BY id LIMIT ?',
  );
  const receive = journal.prepare(
    `UPDATE queue_messages SET receives = receives + 1, visibleAt = ?, receipt = ?,
     firstReceivedAt = coalesce(firstReceivedAt, ?) WHERE id = ?`,
  );
  const move = journal.prepare('UPDATE queue_messages SET queue = ?, receives = 0, visibleAt = ? WHERE id = ?');
  const remove = journal.prepare('DELETE FROM queue_messages WHERE queue = ? AND receipt = ?');
  const show = journal.prepare('UPDATE queue_messages SET visibleAt = ? WHERE queue = ? AND receipt = ?');
  const purge = journal.prepare('DELETE FROM queue_messages WHERE queue = ?');
  const expire = journal.prepare('DELETE FROM queue_messages WHERE queue = ? AND sentAt < ?');
  const newest = journal.prepare('SELECT * FROM queue_messages WHERE queue = ? ORDER BY id DESC LIMIT ?');
  const count = journal.prepare(
    `SELECT count(*) AS total, coalesce(sum(visibleAt <= ?), 0) AS visible FROM queue_messages WHERE queue = ?`,
  );
  const byName = new Map(queues.map((queue) => [lastPart(queue.arn), queue]));

  function find(name: string): { name: string; queue: Queue } {
    const queue = byName.get(lastPart(name));
    if (!queue)
      throw new AwsError('QueueDoesNotExist', `The specified queue does not exist: ${lastPart(name)}`, {
        queryName: 'AWS.SimpleQueueService.NonExistentQueue',
      });
    return { name: lastPart(name), queue };
  }

  function put(name: string, body: string, more: { attributes: unknown; delaySeconds?: number }) {
    if (Buffer.byteLength(body) > maxMessageBytes)
      throw new AwsError(
        'InvalidParameterValue',
        `One or more parameters are invalid. Message must be shorter than ${maxMessageBytes} bytes.`,
      );
    const [messageId, now] = [randomUUID(), clock.now()];
    const visibleAt = now + (more.delaySeconds ?? 0) * 1000;
    insert.run(name, messageId, body, JSON.stringify(more.attributes), now, visibleAt);
    return { MessageId: messageId, MD5OfMessageBody: md5(body) };
  }

  const sendOne = (name: string, { MessageBody, MessageAttributes, DelaySeconds }: z.infer<typeof Sent>) =>
    put(name, MessageBody, { attributes: MessageAttributes, delaySeconds: DelaySeconds });

  function receiveOne(row: Row, visibleAt: number) {
    const receipt = randomUUID();
    receive.run(visibleAt, receipt, clock.now(), row.id);
    return {
      MessageId: row.messageId,
      ReceiptHandle: receipt,
      Body: row.body,
      MD5OfBody: md5(row.body),
      MessageAttributes: JSON.parse(row.attributes) as unknown,
      Attributes: {
        SentTimestamp: String(row.sentAt),
        ApproximateReceiveCount: String(row.receives + 1),
        ApproximateFirstReceiveTimestamp: String(row.firstReceivedAt ?? clock.now()),
      },
    };
  }

  function receiveFrom(name: string, queue: Queue, body: unknown) {
    const { MaxNumberOfMessages, VisibilityTimeout = queue.visibilityTimeoutSeconds } = parse(Received, body);
    expire.run(name, clock.now() - queue.retentionSeconds * 1000);
    // The columns of the table above.
    const rows = visible.all(name, clock.now(), MaxNumberOfMessages) as unknown as Row[];
    const { redrive } = queue;
    const exhausted = rows.filter(({ receives }) => redrive !== undefined && receives >= redrive.maxReceiveCount);
    for (const { id } of exhausted) move.run(lastPart(redrive?.deadLetterTargetArn ?? ''), clock.now(), id);
    const Messages = rows
      .filter((row) => !exhausted.includes(row))
      .map((row) => receiveOne(row, clock.now() + VisibilityTimeout * 1000));
    return Messages.length > 0 ? { Messages } : {};
  }

  function attributesOf(name: string, queue: Queue) {
    const { total, visible: shown } = count.get(clock.now(), name) ?? {};
    return {
      Attributes: {
        QueueArn: queue.arn,
        ApproximateNumberOfMessages: String(shown),
        ApproximateNumberOfMessagesNotVisible: String(Number(total) - Number(shown)),
        VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
        MessageRetentionPeriod: String(queue.retentionSeconds),
      },
    };
  }

  const actions: Record<string, (name: string, queue: Queue, body: unknown) => unknown> = {
    SendMessage: (name, _, body) => sendOne(name, parse(Sent, body)),
    SendMessageBatch: (name, _, body) => {
      const { Entries } = parse(SentBatch, body);
      return { Successful: Entries.map((entry) => ({ Id: entry.Id, ...sendOne(name, entry) })), Failed: [] };
    },
    ReceiveMessage: receiveFrom,
    DeleteMessage: (name, _, body) => void remove.run(name, parse(Deleted, body).ReceiptHandle),
    DeleteMessageBatch: (name, _, body) => {
      const { Entries } = parse(DeletedBatch, body);
      for (const { ReceiptHandle } of Entries) remove.run(name, ReceiptHandle);
      return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
    },
    ChangeMessageVisibilityBatch: (name, _, body) => {
      const { Entries } = parse(Shown, body);
      for (const { ReceiptHandle, VisibilityTimeout } of Entries)
        show.run(clock.now() + VisibilityTimeout * 1000, name, ReceiptHandle);
      return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
    },
    GetQueueAttributes: attributesOf,
    GetQueueUrl: (name) => ({ QueueUrl: `${url()}/000000000000/${name}` }),
    PurgeQueue: (name) => void purge.run(name),
  };

  return {
    send(queueArn, body, attributes) {
      const typed = Object.entries(attributes).map(([name, StringValue]) => [
        name,
        { DataType: 'String', StringValue },
      ]);
      put(find(queueArn).name, body, { attributes: Object.fromEntries(typed) as unknown });
    },

    call(action, body) {
      const run = actions[action];
      if (!run) throw new AwsError('UnsupportedOperation', `SQS ${action} is not there locally`);
      const { QueueUrl, QueueName } = parse(named, body);
      const { name, queue } = find(QueueUrl ?? QueueName ?? '');
      return run(name, queue, body);
    },

    list(queueName, { limit = 100 } = {}) {
      const rows = newest.all(find(queueName).name, limit) as unknown as Row[]; // as above
      return rows.map(({ messageId, sentAt, receives, body, attributes }) => ({
        id: messageId,
        sentAt: new Date(sentAt).toISOString(),
        receives,
        body,
        attributes: Object.fromEntries(
          Object.entries(JSON.parse(attributes) as Record<string, { StringValue?: string }>).map(
            ([name, { StringValue = '' }]) => [name, StringValue],
          ),
        ),
      }));
    },

    counts: () => Object.fromEntries([...byName.keys()].map((name) => [name, Number(count.get(0, name)?.total)])),
  };
}
