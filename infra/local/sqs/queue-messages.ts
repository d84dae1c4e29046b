import { createHash, randomUUID } from 'node:crypto';
import { AwsError } from '../http/aws-error.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type Journal } from '../journal/open-journal.ts';
import { parseRequest, ReceiveRequest, type SendRequest } from './queue-requests.ts';
import { type StackTemplate } from '../template/template.ts';

type Queue = StackTemplate['queues'][number];

/** A stored message. */
export interface MessageRow {
  id: number;
  messageId: string;
  body: string;
  attributes: string;
  sentAt: number;
  receives: number;
  firstReceivedAt: number | null;
}

/** SQS's limit of one message, attributes included, bytes. */
const maxMessageBytes = 1_048_576;

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const lastPart = (text: string): string => text.split(/[/:]/).at(-1) ?? '';

const schema = `CREATE TABLE IF NOT EXISTS queue_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT, messageId TEXT, body TEXT, attributes TEXT, sentAt REAL,
    visibleAt REAL, receives INTEGER DEFAULT 0, firstReceivedAt REAL, receipt TEXT);
    CREATE INDEX IF NOT EXISTS queue_messages_by_queue ON queue_messages (queue, id)`;

const prepareStatements = (journal: Journal) => ({
  insert: journal.prepare(
    'INSERT INTO queue_messages (queue, messageId, body, attributes, sentAt, visibleAt) VALUES (?, ?, ?, ?, ?, ?)',
  ),
  visible: journal.prepare('SELECT * FROM queue_messages WHERE queue = ? AND visibleAt <= ? ORDER BY id LIMIT ?'),
  receive: journal.prepare(
    `UPDATE queue_messages SET receives = receives + 1, visibleAt = ?, receipt = ?,
     firstReceivedAt = coalesce(firstReceivedAt, ?) WHERE id = ?`,
  ),
  move: journal.prepare('UPDATE queue_messages SET queue = ?, receives = 0, visibleAt = ? WHERE id = ?'),
  remove: journal.prepare('DELETE FROM queue_messages WHERE queue = ? AND receipt = ?'),
  show: journal.prepare('UPDATE queue_messages SET visibleAt = ? WHERE queue = ? AND receipt = ?'),
  purge: journal.prepare('DELETE FROM queue_messages WHERE queue = ?'),
  expire: journal.prepare('DELETE FROM queue_messages WHERE queue = ? AND sentAt < ?'),
  newest: journal.prepare('SELECT * FROM queue_messages WHERE queue = ? ORDER BY id DESC LIMIT ?'),
  count: journal.prepare(
    `SELECT count(*) AS total, coalesce(sum(visibleAt <= ?), 0) AS visible FROM queue_messages WHERE queue = ?`,
  ),
});

/** The queues while they run. */
export interface QueueState extends ReturnType<typeof prepareStatements> {
  byName: ReadonlyMap<string, Queue>;
  clock: VirtualClock;
  url: () => string;
}

/** Opens the queues of a journal. */
export function openQueues(
  journal: Journal,
  options: Pick<QueueState, 'clock' | 'url'> & { queues: Queue[] },
): QueueState {
  journal.exec(schema);
  const { queues, ...rest } = options;
  return {
    ...prepareStatements(journal),
    ...rest,
    byName: new Map(queues.map((queue) => [lastPart(queue.arn), queue])),
  };
}

/** A queue and its name. */
export interface NamedQueue {
  name: string;
  queue: Queue;
}

/** Returns the queue that an ARN, URL or name means. Throws if there is none. */
export function findQueue({ byName }: QueueState, place: string): NamedQueue {
  const name = lastPart(place);
  const queue = byName.get(name);
  if (!queue)
    throw new AwsError('QueueDoesNotExist', `The specified queue does not exist: ${name}`, {
      queryName: 'AWS.SimpleQueueService.NonExistentQueue',
    });
  return { name, queue };
}

interface NewMessage {
  body: string;
  attributes: unknown;
  delaySeconds: number;
}

/** Stores a message. Throws for one that SQS refuses. */
export function putMessage(
  { insert, clock }: QueueState,
  queue: string,
  { body, attributes, delaySeconds }: NewMessage,
) {
  if (Buffer.byteLength(body) > maxMessageBytes)
    throw new AwsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Message must be shorter than ${maxMessageBytes} bytes.`,
    );
  const [messageId, now] = [randomUUID(), clock.now()];
  insert.run(queue, messageId, body, JSON.stringify(attributes), now, now + delaySeconds * 1000);
  return { MessageId: messageId, MD5OfMessageBody: md5(body) };
}

/** SendMessage. */
export const sendMessage = (state: QueueState, queue: string, request: SendRequest) =>
  putMessage(state, queue, {
    body: request.MessageBody,
    attributes: request.MessageAttributes,
    delaySeconds: request.DelaySeconds,
  });

function receiveMessage({ receive, clock }: QueueState, row: MessageRow, visibleAt: number) {
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

/**
 * ReceiveMessage. First drops expired messages and moves exhausted ones to the dead-letter queue.
 */
export function receiveMessages(state: QueueState, { name, queue }: NamedQueue, body: unknown) {
  const { MaxNumberOfMessages, VisibilityTimeout = queue.visibilityTimeoutSeconds } = parseRequest(
    ReceiveRequest,
    body,
  );
  const now = state.clock.now();
  state.expire.run(name, now - queue.retentionSeconds * 1000);
  // The columns of the table above.
  const rows = state.visible.all(name, now, MaxNumberOfMessages) as unknown as MessageRow[];
  const { redrive } = queue;
  const exhausted = rows.filter(({ receives }) => redrive !== undefined && receives >= redrive.maxReceiveCount);
  for (const { id } of exhausted) state.move.run(lastPart(redrive?.deadLetterTargetArn ?? ''), now, id);
  const Messages = rows
    .filter((row) => !exhausted.includes(row))
    .map((row) => receiveMessage(state, row, now + VisibilityTimeout * 1000));
  return Messages.length > 0 ? { Messages } : {};
}

/** GetQueueAttributes. */
export function readAttributes({ count, clock }: QueueState, { name, queue }: NamedQueue) {
  const { total, visible } = count.get(clock.now(), name) ?? {};
  return {
    Attributes: {
      QueueArn: queue.arn,
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(Number(total) - Number(visible)),
      VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
      MessageRetentionPeriod: String(queue.retentionSeconds),
    },
  };
}
