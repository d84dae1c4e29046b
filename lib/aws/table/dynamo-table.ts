import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { Unavailable } from '../../shared/errors.ts';
import { type Key } from '../../model/keys/table-keys.ts';
import { isKey, queryInput, type QueryOptions } from './query.ts';
import {
  waitWithJitter,
  conditionFailureOf,
  type ConditionFailure,
  sendUnlessConditionFails,
  sendUnlessThrottled,
} from './table-errors.ts';
import {
  bytes,
  type Expression,
  expressions,
  type Item,
  keyIn,
  keyOf,
  toTransactItem,
  toUpdate,
  type Write,
} from './table-writes.ts';
import { asRefusal } from './write-refusal.ts';
import { chunksOf, distinctBy } from '../../shared/lists.ts';

export type { Expression, Item, QueryOptions, Write };

/**
 * Result of a replacement. `present` is undefined if there is no item, or another write of the
 * transaction failed.
 */
export type ReplaceResult = { done: true } | { done: false; present: Item | undefined };

/**
 * The one table. A write with a failed condition returns `false`; other errors are thrown. One that
 * DynamoDB will never accept names its keys (`asRefusal`; not for `putMany`). The SDK retries
 * throttles, this store retries transaction conflicts: safe, as each write is idempotent or
 * conditional.
 */
export interface Table {
  get(key: Key, options?: { consistent?: boolean }): Promise<Item | undefined>;
  /**
   * Reads any number of keys in batches of a hundred. Unordered, without duplicates and without
   * missing items.
   */
  getMany(keys: Key[], options?: { consistent?: boolean }): Promise<Item[]>;
  query(pk: string, options?: QueryOptions): Promise<Item[]>;
  put(item: Item, condition?: Expression): Promise<boolean>;
  /**
   * Returns the item after the update, which creates a missing one. Undefined if the condition
   * failed.
   */
  update(key: Key, set: Expression, condition?: Expression): Promise<Item | undefined>;
  /**
   * Writes all or nothing. At most 100 writes, one per key. Returns false if a condition failed.
   */
  transact(writes: Write[]): Promise<boolean>;
  /**
   * Puts an item on a condition, with further writes in one transaction. If the item's own
   * condition failed, returns the present item, so that the loser of a race need not read it.
   */
  replace(item: Item, condition: Expression, also?: Write[]): Promise<ReplaceResult>;
  /**
   * Puts distinct keys unconditionally, in batches of 25. Returns the items that DynamoDB did not
   * accept, for a retry.
   */
  putMany(items: Item[]): Promise<Item[]>;
}

/**
 * Parses attributes of an item, which always has its key. Numbers are doubles of sixteen digits,
 * because sums of squares exceed 2^53.
 */
export const toItem = (attributes: Record<string, AttributeValue>): Item =>
  unmarshall(attributes, { wrapNumbers: Number }) as Item;

/** Sends a write. Maps a permanent refusal to an error that names `keys`. */
async function writing<T>(keys: readonly Key[], send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw asRefusal(error, keys);
  }
}

/** BatchGetItem refuses duplicate keys. */
const distinctKeys = (all: Key[]): Key[] => distinctBy(all, ({ pk, sk }) => JSON.stringify([pk, sk]));

/** The table over DynamoDB. */
export function dynamoTable(client: DynamoDBClient, TableName: string): Table {
  return {
    async get(key, { consistent = false } = {}) {
      if (!isKey(key)) return undefined;
      const { Item } = await client.send(
        new GetItemCommand({ TableName, Key: keyOf(key), ConsistentRead: consistent }),
      );
      return Item && toItem(Item);
    },

    async getMany(all, { consistent = false } = {}) {
      const found = await Promise.all(
        chunksOf(distinctKeys(all.filter(isKey)), 100).map(async (chunk) => {
          const items: Item[] = [];
          let left = chunk.map(keyOf);
          for (let tries = 0; left.length > 0; tries++) {
            if (tries > 8) throw new Unavailable('table.unprocessed-keys', { count: left.length });
            if (tries > 0) await waitWithJitter(tries);
            const request = { [TableName]: { Keys: left, ConsistentRead: consistent } };
            const page = await client.send(new BatchGetItemCommand({ RequestItems: request }));
            items.push(...(page.Responses?.[TableName] ?? []).map(toItem));
            left = page.UnprocessedKeys?.[TableName]?.Keys ?? [];
          }
          return items;
        }),
      );
      return found.flat();
    },

    async query(pk, options = {}) {
      const { limit = Infinity } = options;
      const query = queryInput(pk, options);
      if (!query) return [];
      const items: Item[] = [];
      let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
      do {
        const Limit = limit === Infinity ? undefined : limit - items.length + query.sifted;
        const page = await client.send(new QueryCommand({ TableName, ...query.input, Limit, ExclusiveStartKey }));
        items.push(...(page.Items ?? []).map(toItem).filter(query.isInside));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey && items.length < limit);
      return items.slice(0, limit);
    },

    async put(item, condition) {
      const input = { TableName, Item: bytes(item), ...expressions(condition) };
      const sent = await writing([item], () => sendUnlessConditionFails(() => client.send(new PutItemCommand(input))));
      return sent !== undefined;
    },

    async update(update, set, condition) {
      const write = { update, set, ...(condition && { if: condition }) };
      const input = { ...toUpdate(TableName, write), ReturnValues: 'ALL_NEW' as const };
      const done = await writing([update], () =>
        sendUnlessConditionFails(() => client.send(new UpdateItemCommand(input))),
      );
      return done?.Attributes && toItem(done.Attributes);
    },

    async replace(item, condition, also = []) {
      const Put = {
        ...{ TableName, Item: bytes(item), ...expressions(condition) },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      };
      const others = also.map((write) => toTransactItem(TableName, write));
      const refused = await writing([item, ...also.map(keyIn)], () =>
        conditionFailureOf(() =>
          others.length === 0
            ? client.send(new PutItemCommand(Put))
            : client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }, ...others] })),
        ),
      );
      return refused ? { done: false, present: itemOf(refused) } : { done: true };
    },

    async transact(writes) {
      const input = { TransactItems: writes.map((write) => toTransactItem(TableName, write)) };
      const command = () => client.send(new TransactWriteItemsCommand(input));
      return (await writing(writes.map(keyIn), () => sendUnlessConditionFails(command))) !== undefined;
    },

    async putMany(items) {
      const left = await Promise.all(
        chunksOf(items, 25).map(async (chunk) => {
          const requests = chunk.map((item) => ({ PutRequest: { Item: bytes(item) } }));
          const command = new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } });
          const answer = await sendUnlessThrottled(() => client.send(command));
          if (!answer) return chunk;
          return (answer.UnprocessedItems?.[TableName] ?? []).flatMap(({ PutRequest }) =>
            PutRequest?.Item ? [toItem(PutRequest.Item)] : [],
          );
        }),
      );
      return left.flat();
    },
  };
}

/**
 * Returns the item that a refused replacement met. It is the first write of its transaction, so the
 * first reason.
 */
function itemOf({ Item, CancellationReasons }: ConditionFailure): Item | undefined {
  const found = Item ?? CancellationReasons?.[0]?.Item;
  return found && toItem(found);
}
