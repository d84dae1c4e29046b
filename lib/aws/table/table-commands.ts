import {
  BatchWriteItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Key } from '../../model/keys/table-keys.ts';
import {
  conditionFailureOf,
  type ConditionFailure,
  sendUnlessConditionFails,
  sendUnlessThrottled,
} from './table-errors.ts';
import { type TableClient, toItem } from './table-reads.ts';
import {
  bytes,
  type Expression,
  expressions,
  type Item,
  keyIn,
  toTransactItem,
  toUpdate,
  type Write,
} from './table-writes.ts';
import { asRefusal } from './write-refusal.ts';
import { chunksOf } from '../../shared/lists.ts';

/**
 * Result of a replacement. `present` is undefined if there is no item, or another write of the
 * transaction failed.
 */
export type ReplaceResult = { done: true } | { done: false; present: Item | undefined };

type PutWrite = Extract<Write, { put: Item }>;
type UpdateWrite = Extract<Write, { update: Key }>;

/** Items per BatchWriteItem request. */
const batchSize = 25;

/** Sends a write. Maps a permanent refusal to an error that names `keys`. */
async function writing<T>(keys: readonly Key[], send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw asRefusal(error, keys);
  }
}

export async function putItem(
  { client, TableName }: TableClient,
  item: Item,
  condition?: Expression,
): Promise<boolean> {
  const input = { TableName, Item: bytes(item), ...expressions(condition) };
  const sent = await writing([item], () => sendUnlessConditionFails(() => client.send(new PutItemCommand(input))));
  return sent !== undefined;
}

export async function updateItem({ client, TableName }: TableClient, write: UpdateWrite): Promise<Item | undefined> {
  const input = { ...toUpdate(TableName, write), ReturnValues: 'ALL_NEW' as const };
  const command = () => client.send(new UpdateItemCommand(input));
  const done = await writing([write.update], () => sendUnlessConditionFails(command));
  return done?.Attributes && toItem(done.Attributes);
}

/**
 * Returns the item that a refused replacement met. It is the first write of its transaction, so the
 * first reason.
 */
function itemOf({ Item, CancellationReasons }: ConditionFailure): Item | undefined {
  const found = Item ?? CancellationReasons?.[0]?.Item;
  return found && toItem(found);
}

export async function replaceItem(
  { client, TableName }: TableClient,
  { put, if: condition }: PutWrite,
  also: Write[] = [],
): Promise<ReplaceResult> {
  const Put = {
    ...{ TableName, Item: bytes(put), ...expressions(condition) },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  const others = also.map((write) => toTransactItem(TableName, write));
  const command = () =>
    others.length === 0
      ? client.send(new PutItemCommand(Put))
      : client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }, ...others] }));
  const refused = await writing([put, ...also.map(keyIn)], () => conditionFailureOf(command));
  return refused ? { done: false, present: itemOf(refused) } : { done: true };
}

export async function writeAll({ client, TableName }: TableClient, writes: Write[]): Promise<boolean> {
  const input = { TransactItems: writes.map((write) => toTransactItem(TableName, write)) };
  const command = () => client.send(new TransactWriteItemsCommand(input));
  return (await writing(writes.map(keyIn), () => sendUnlessConditionFails(command))) !== undefined;
}

/**
 * Puts at most 25 items. Returns those that DynamoDB did not accept, all if it throttled the
 * request.
 */
async function putChunk({ client, TableName }: TableClient, chunk: Item[]): Promise<Item[]> {
  const requests = chunk.map((item) => ({ PutRequest: { Item: bytes(item) } }));
  const command = new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } });
  const answer = await sendUnlessThrottled(() => client.send(command));
  if (!answer) return chunk;
  return (answer.UnprocessedItems?.[TableName] ?? []).flatMap(({ PutRequest }) =>
    PutRequest?.Item ? [toItem(PutRequest.Item)] : [],
  );
}

export async function putItems(on: TableClient, items: Item[]): Promise<Item[]> {
  return (await Promise.all(chunksOf(items, batchSize).map((chunk) => putChunk(on, chunk)))).flat();
}
