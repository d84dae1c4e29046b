import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { findPermanentRefusal, type WriteRefusal } from '../../aws/table/write-refusal.ts';
import { ThroughlineError } from '../../shared/errors.ts';
import { type Key } from '../../model/table-keys.ts';

/** What `BatchWriteItem` takes in one call. */
export const batchSize = 25;

/** Calls under way at once. A batch of 2,500 needs a hundred; more at a time only meet the same throttle. */
const lanes = 8;

/** Items that DynamoDB will never take, by key. */
export type RefusedItems = Map<string, WriteRefusal>;

/** Name of a key among those of one request. */
export const keyName = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

/** Items still to be put, which all lanes share, and those that never will be. */
interface Puts {
  queue: Item[];
  refused: RefusedItems;
}

/** What was not taken, and why when the whole call failed. */
interface Put {
  left: Item[];
  failure?: unknown;
}

/** Items of distinct keys, the first of each: `BatchWriteItem` refuses a key that comes twice. */
function distinct(items: Item[]): Item[] {
  const byKey = new Map<string, Item>();
  for (const item of items) if (!byKey.has(keyName(item))) byKey.set(keyName(item), item);
  return [...byKey.values()];
}

const pause = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

/** Full jitter: any time up to 25 ms doubled with each try, at most a second. */
const jitter = (tries: number): number => Math.random() * Math.min(1_000, 25 * 2 ** tries);

/** Puts a batch. DynamoDB refuses it whole for one item that it will never take, so its items are then put one by one. */
async function putBatch(table: Table, batch: Item[], refused: RefusedItems): Promise<Put> {
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

async function putSingly(table: Table, items: Item[], refused: RefusedItems): Promise<Put> {
  const puts = await Promise.all(items.map((item) => putBatch(table, [item], refused)));
  const failed = puts.find(({ failure }) => failure !== undefined);
  return { left: puts.flatMap(({ left }) => left), ...(failed && { failure: failed.failure }) };
}

/** Puts full batches off the queue, and what was not taken back to its end, until the queue is empty. */
async function work(table: Table, { queue, refused }: Puts, until: number): Promise<void> {
  for (let tries = 0; queue.length > 0;) {
    const batch = queue.splice(0, batchSize);
    const { left, failure } = await putBatch(table, batch, refused);
    if (left.length === 0) continue;
    queue.push(...left);
    tries = left.length < batch.length ? 1 : tries + 1;
    const wait = jitter(tries);
    if (performance.now() + wait > until)
      throw failure instanceof Error ? failure : new ThroughlineError('throttled', 'store.throttled');
    await pause(wait);
  }
}

/**
 * Puts all items, whatever their order. Answers those DynamoDB will never take; all others are durably stored then. Throws the last
 * failure when the time is up before. Putting the same items again changes nothing.
 */
export async function putAll(table: Table, items: Item[], until: number): Promise<RefusedItems> {
  const puts: Puts = { queue: distinct(items), refused: new Map() };
  const count = Math.min(lanes, Math.ceil(puts.queue.length / batchSize));
  // No lane is left behind: what still ran after the answer would run in the middle of the next request.
  const ended = await Promise.allSettled(Array.from({ length: count }, () => work(table, puts, until)));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return puts.refused;
}
