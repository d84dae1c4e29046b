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
import { type Key } from '../../model/table-keys.ts';
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

export type { Expression, Item, QueryOptions, Write };

/** How a replacement ended. `present` is missing where nothing lies there, and where another write was the reason. */
export type ReplaceResult = { done: true } | { done: false; present: Item | undefined };

/**
 * The one table, in the verbs the stores need. A write whose condition fails answers `false`; everything else that AWS refuses is
 * thrown, and what DynamoDB will never take names its keys (`asRefusal`; not of `putMany`). Throttles are retried by the SDK,
 * conflicts between transactions here: safe, as each write is idempotent or conditional.
 */
export interface Table {
  get(key: Key, options?: { consistent?: boolean }): Promise<Item | undefined>;
  /** In no particular order, each once; missing items are left out. Any number of keys, asked for in hundreds. */
  getMany(keys: Key[], options?: { consistent?: boolean }): Promise<Item[]>;
  query(pk: string, options?: QueryOptions): Promise<Item[]>;
  put(item: Item, condition?: Expression): Promise<boolean>;
  /** The item after the update, which makes it when it is missing; undefined when the condition failed. */
  update(key: Key, set: Expression, condition?: Expression): Promise<Item | undefined>;
  /** All or nothing. At most 100 writes, one per key. False when a condition failed. */
  transact(writes: Write[]): Promise<boolean>;
  /**
   * Puts an item on a condition, and makes other writes with it or not at all. Refused, it answers what lies there now if that is why: the
   * condition of the item itself failed. So who lost a race knows what the winner wrote without reading it.
   */
  replace(item: Item, condition: Expression, also?: Write[]): Promise<ReplaceResult>;
  /** Unconditional puts of distinct keys in 25s. Answers those DynamoDB did not take, for the caller to try again. */
  putMany(items: Item[]): Promise<Item[]>;
}

/** Sums of squares outgrow 2^53: they are written and read as a double holds them, to sixteen digits. Every item has its key. */
export const toItem = (attributes: Record<string, AttributeValue>): Item =>
  unmarshall(attributes, { wrapNumbers: Number }) as Item;

/** Sends a write of these keys. */
async function writing<T>(keys: readonly Key[], send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw asRefusal(error, keys);
  }
}

const chunksOf = <T>(all: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));

/** BatchGetItem refuses a key that is asked for twice. */
const distinct = (all: Key[]): Key[] => [
  ...new Map(all.map((key) => [JSON.stringify([key.pk, key.sk]), key])).values(),
];

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
        chunksOf(distinct(all.filter(isKey)), 100).map(async (chunk) => {
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

/** What lay in the place of a replacement that was refused: a transaction tells of its first write first. */
function itemOf({ Item, CancellationReasons }: ConditionFailure): Item | undefined {
  const found = Item ?? CancellationReasons?.[0]?.Item;
  return found && toItem(found);
}
