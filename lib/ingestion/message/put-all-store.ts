import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { findPermanentRefusal, type WriteRefusal } from '../../aws/table/write-refusal.ts';
import { distinctBy } from '../../shared/lists.ts';
import { ThroughlineError } from '../../shared/errors.ts';
import { fullJitterMs, pause } from '../../shared/retry.ts';
import { type Key } from '../../model/keys/table-keys.ts';

/** Items per `BatchWriteItem` call. */
export const batchSize = 25;

/**
 * Concurrent calls. 2,500 messages need a hundred calls; more at a time only meet the same
 * throttle.
 */
const concurrency = 8;

/** Items that DynamoDB will never accept, by key. */
export type RefusedItems = Map<string, WriteRefusal>;

/** Returns the name of a key, unique in one request. */
export const keyName = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

/** The queue that all workers share, and the items refused permanently. */
interface PutQueue {
  queue: Item[];
  refused: RefusedItems;
}

/** Items not accepted by a call, and the error if the whole call failed. */
interface PutResult {
  left: Item[];
  failure?: unknown;
}

/** Pauses of one worker after items that were not accepted. */
const retryPause = { baseMs: 25, capMs: 1_000 };

/**
 * Puts a batch. DynamoDB refuses it whole for one item it will never accept, so the items are then
 * put one by one.
 */
async function putBatch(table: Table, batch: Item[], refused: RefusedItems): Promise<PutResult> {
  try {
    return { left: await table.putMany(batch) };
  } catch (failure) {
    const refusal = findPermanentRefusal(failure);
    if (!refusal) return { left: batch, failure };
    const [first, ...others] = batch;
    if (first && others.length === 0) refused.set(keyName(first), refusal);
    return others.length === 0 ? { left: [] } : putSingly(table, batch, refused);
  }
}

async function putSingly(table: Table, items: Item[], refused: RefusedItems): Promise<PutResult> {
  const puts = await Promise.all(items.map((item) => putBatch(table, [item], refused)));
  const failed = puts.find(({ failure }) => failure !== undefined);
  return { left: puts.flatMap(({ left }) => left), ...(failed && { failure: failed.failure }) };
}

/** Puts batches off the queue until it is empty. Items not accepted go back to its end. */
async function drainQueue(table: Table, { queue, refused }: PutQueue, until: number): Promise<void> {
  for (let tries = 0; queue.length > 0;) {
    const batch = queue.splice(0, batchSize);
    const { left, failure } = await putBatch(table, batch, refused);
    if (left.length === 0) continue;
    queue.push(...left);
    tries = left.length < batch.length ? 1 : tries + 1;
    const wait = fullJitterMs(retryPause, tries);
    if (performance.now() + wait > until)
      throw failure instanceof Error ? failure : new ThroughlineError('throttled', 'store.throttled');
    await pause(wait);
  }
}

/**
 * Puts all items in any order. Returns those DynamoDB will never accept; all others are durably
 * stored. Throws the last failure at the deadline. Idempotent.
 */
export async function putAll(table: Table, items: Item[], until: number): Promise<RefusedItems> {
  // `BatchWriteItem` refuses duplicate keys.
  const puts: PutQueue = { queue: distinctBy(items, keyName), refused: new Map() };
  const count = Math.min(concurrency, Math.ceil(puts.queue.length / batchSize));
  // Waits for every worker. One left running would continue during the next request.
  const ended = await Promise.allSettled(Array.from({ length: count }, () => drainQueue(table, puts, until)));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return puts.refused;
}
