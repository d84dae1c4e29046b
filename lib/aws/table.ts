import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  TransactionCanceledException,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { Unavailable } from '../errors.ts';
import { type Key } from '../keys.ts';
import { isKey, queryInput, type QueryOptions } from './query.ts';
import { jitter, refusal, type Refused, unlessConditionFails, unlessThrottled } from './refusals.ts';

export type { QueryOptions };

export type Item = Key & Record<string, unknown>;

/** An expression and what its names and values stand for. */
export interface Expression {
  expression: string;
  names?: Record<string, string>;
  values?: Record<string, unknown>;
}

/** One write of a transaction. */
export type Write =
  | { put: Item; if?: Expression }
  | { update: Key; set: Expression; if?: Expression }
  | { delete: Key; if?: Expression }
  | { check: Key; if: Expression };

/** How a replacement ended. `present` is missing where nothing lies there, and where another write was the reason. */
export type Replaced = { done: true } | { done: false; present: Item | undefined };

/**
 * The one table, in the verbs the stores need. A write whose condition fails answers `false`; everything else that AWS refuses is
 * thrown. Throttles are retried by the SDK, conflicts between transactions here: safe, as each write is idempotent or conditional.
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
  replace(item: Item, condition: Expression, also?: Write[]): Promise<Replaced>;
  /** Unconditional puts of distinct keys in 25s. Answers those DynamoDB did not take, for the caller to try again. */
  putMany(items: Item[]): Promise<Item[]>;
}

/** Sums of squares outgrow 2^53: they are written and read as a double holds them, to sixteen digits. Every item has its key. */
const toItem = (attributes: Record<string, AttributeValue>): Item =>
  unmarshall(attributes, { wrapNumbers: Number }) as Item;

const bytes = (value: Record<string, unknown>): Record<string, AttributeValue> =>
  marshall(value, { removeUndefinedValues: true, allowImpreciseNumbers: true });

const keyOf = ({ pk, sk }: Key): Record<string, AttributeValue> => ({ pk: { S: pk }, sk: { S: sk } });

const chunksOf = <T>(all: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));

/** BatchGetItem refuses a key that is asked for twice. */
const distinct = (all: Key[]): Key[] => [
  ...new Map(all.map((key) => [JSON.stringify([key.pk, key.sk]), key])).values(),
];

/** Both expressions of a write share one set of names and values. */
function expressionParts(...parts: (Expression | undefined)[]) {
  const names = Object.assign({}, ...parts.map((part) => part?.names)) as Record<string, string>;
  const values = Object.assign({}, ...parts.map((part) => part?.values)) as Record<string, unknown>;
  return {
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: bytes(values) }),
  };
}

const conditionOf = (condition: Expression | undefined) =>
  condition ? { ConditionExpression: condition.expression } : {};

function toTransactItem(TableName: string, write: Write): TransactWriteItem {
  if ('put' in write)
    return { Put: { TableName, Item: bytes(write.put), ...conditionOf(write.if), ...expressionParts(write.if) } };
  if ('delete' in write)
    return { Delete: { TableName, Key: keyOf(write.delete), ...conditionOf(write.if), ...expressionParts(write.if) } };
  if ('check' in write)
    return {
      ConditionCheck: {
        TableName,
        Key: keyOf(write.check),
        ConditionExpression: write.if.expression,
        ...expressionParts(write.if),
      },
    };
  return {
    Update: {
      TableName,
      Key: keyOf(write.update),
      UpdateExpression: write.set.expression,
      ...conditionOf(write.if),
      ...expressionParts(write.set, write.if),
    },
  };
}

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
            if (tries > 0) await jitter(tries);
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
      const input = { TableName, Item: bytes(item), ...conditionOf(condition), ...expressionParts(condition) };
      return (await unlessConditionFails(() => client.send(new PutItemCommand(input)))) !== undefined;
    },

    async update(key, set, condition) {
      const input = {
        TableName,
        Key: keyOf(key),
        UpdateExpression: set.expression,
        ReturnValues: 'ALL_NEW' as const,
        ...conditionOf(condition),
        ...expressionParts(set, condition),
      };
      const done = await unlessConditionFails(() => client.send(new UpdateItemCommand(input)));
      return done?.Attributes && toItem(done.Attributes);
    },

    async replace(item, condition, also = []) {
      const shown = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
      const Put = { TableName, Item: bytes(item), ...conditionOf(condition), ...expressionParts(condition), ...shown };
      const others = also.map((write) => toTransactItem(TableName, write));
      const command =
        also.length === 0 ? undefined : new TransactWriteItemsCommand({ TransactItems: [{ Put }, ...others] });
      const refused = await refusal(() => (command ? client.send(command) : client.send(new PutItemCommand(Put))));
      return refused ? { done: false, present: itemOf(refused) } : { done: true };
    },

    async transact(writes) {
      const input = { TransactItems: writes.map((write) => toTransactItem(TableName, write)) };
      return (await unlessConditionFails(() => client.send(new TransactWriteItemsCommand(input)))) !== undefined;
    },

    async putMany(items) {
      const left = await Promise.all(
        chunksOf(items, 25).map(async (chunk) => {
          const requests = chunk.map((item) => ({ PutRequest: { Item: bytes(item) } }));
          const command = new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } });
          const answer = await unlessThrottled(() => client.send(command));
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
function itemOf(refused: Refused): Item | undefined {
  const found = refused instanceof TransactionCanceledException ? refused.CancellationReasons?.[0]?.Item : refused.Item;
  return found && toItem(found);
}
