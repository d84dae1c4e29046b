import { type DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { type SQSClient } from '@aws-sdk/client-sqs';
import { type DeadLetter, readLetter } from '#lib/aws/dead-letters.ts';
import { readQueue } from './letter-queue.ts';
import {
  isOwnedBy,
  type Outcome,
  ownerOf,
  redoProject,
  redoProjectRecord,
  redoRelay,
  redoRelayRecord,
  type Redoing,
} from './redo-letter.ts';
import { readRange, StreamRange } from './stream-range.ts';

export interface Redriving extends Redoing {
  sqs: SQSClient;
  streams: DynamoDBStreamsClient;
  /** Stack name. The queues are `<stack>-project-dead-letters` and `<stack>-relay-dead-letters`. */
  stack: string;
  print: (line: string) => void;
}

/** Filter of letters. `list` prints them and changes nothing. */
export interface Wanted {
  list?: boolean;
  function?: string | undefined;
  /** Prefix of the reason. */
  reason?: string | undefined;
  /** A customer id, a reference (`u:…`, `a:…`) or a partition (`<workspace>#u:…`). */
  customer?: string | undefined;
}

export type Counts = Partial<Record<Outcome | 'listed' | 'other' | 'failed', number>>;

const functions = ['project', 'relay'] as const;
type FunctionName = (typeof functions)[number];

function isWanted(letter: Pick<DeadLetter, 'key' | 'reason'>, { reason = '', customer }: Wanted): boolean {
  return letter.reason.startsWith(reason) && (customer === undefined || isOwnedBy(letter.key, customer));
}

/** `2026-…  project  write.invalid: …  acme#u:ada t#…`. Keys hold ids only. */
const lineOf = ({ at, function: name, reason, key }: DeadLetter, outcome: string): string =>
  `${outcome.padEnd(12)}  ${at}  ${name}  ${reason.slice(0, 160)}  ${key.pk} ${key.sk}`;

async function redoLetter(redriving: Redriving, letter: DeadLetter): Promise<Outcome> {
  return letter.function === 'relay' ? redoRelay(redriving, letter) : redoProject(redriving, letter);
}

/**
 * Redoes a range of the stream record by record. An ambiguous record, which needs `npm run
 * rebuild`, keeps the letter in the queue.
 */
async function redoRange(redriving: Redriving, name: FunctionName, range: StreamRange): Promise<Counts> {
  const counts: Counts = {};
  for await (const record of readRange(redriving.streams, range.DDBStreamBatchInfo)) {
    const redo = name === 'relay' ? redoRelayRecord : redoProjectRecord;
    const outcome = await redo(redriving, record);
    if (outcome === undefined) continue;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (outcome !== 'ambiguous') continue;
    const { workspace, customer } = ownerOf({ pk: record.dynamodb?.Keys?.pk?.S ?? '' });
    redriving.print(`ambiguous     run: npm run rebuild -- ${workspace} '${customer}', then redrive once more`);
  }
  return counts;
}

async function listRange({ streams, print }: Redriving, { DDBStreamBatchInfo: place }: StreamRange): Promise<Counts> {
  for await (const { dynamodb } of readRange(streams, place))
    print(`listed        ${dynamodb?.Keys?.pk?.S ?? ''} ${dynamodb?.Keys?.sk?.S ?? ''}`);
  return { listed: 1 };
}

/** Handles a message: a letter, a range of the stream, or neither, which it leaves alone. */
async function handle(
  redriving: Redriving,
  { name, body }: { name: FunctionName; body: unknown },
  wanted: Wanted,
): Promise<Counts> {
  const { print } = redriving;
  const letter = readLetter(body);
  if (letter) {
    if (!isWanted(letter, wanted)) return { other: 1 };
    const outcome = wanted.list ? 'listed' : await redoLetter(redriving, letter);
    print(lineOf(letter, outcome));
    return { [outcome]: 1 };
  }
  const range = StreamRange.safeParse(body);
  if (!range.success || wanted.reason !== undefined || wanted.customer !== undefined) return { other: 1 };
  const { shardId, batchSize } = range.data.DDBStreamBatchInfo;
  print(`a range of ${batchSize} records given up: ${range.data.requestContext.condition}, ${shardId}`);
  return wanted.list ? listRange(redriving, range.data) : redoRange(redriving, name, range.data);
}

/** Whether all work of a letter is done, so that it may be removed. */
const isDone = ({ other = 0, listed = 0, ambiguous = 0, failed = 0 }: Counts): boolean =>
  other + listed + ambiguous + failed === 0;

function add(all: Counts, some: Counts): void {
  for (const [name, n] of Object.entries(some) as [keyof Counts, number][]) all[name] = (all[name] ?? 0) + n;
}

/**
 * Redoes the letters of both functions, each once, and removes a letter afterwards. Safe to crash
 * in between: the letter stays, and redoing it is idempotent.
 */
export async function redrive(redriving: Redriving, wanted: Wanted): Promise<Counts> {
  const { sqs, stack } = redriving;
  const all: Counts = {};
  for (const name of functions) {
    if (wanted.function !== undefined && wanted.function !== name) continue;
    for await (const { body, remove } of readQueue(sqs, `${stack}-${name}-dead-letters`))
      add(all, await redoAndRemove(redriving, { letter: { name, body }, remove }, wanted));
  }
  return all;
}

/** Redoes a letter and removes it if all its work is done. A failure is printed and counted. */
async function redoAndRemove(
  redriving: Redriving,
  { letter, remove }: { letter: Parameters<typeof handle>[1]; remove: () => Promise<unknown> },
  wanted: Wanted,
): Promise<Counts> {
  try {
    const counts = await handle(redriving, letter, wanted);
    if (isDone(counts)) await remove();
    return counts;
  } catch (error) {
    redriving.print(`failed        ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
    return { failed: 1 };
  }
}
