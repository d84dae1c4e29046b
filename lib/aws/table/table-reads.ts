import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Key } from '../../model/keys/table-keys.ts';
import { Unavailable } from '../../shared/errors.ts';
import { isKey, queryInput, type QueryOptions } from './query.ts';
import { waitWithJitter } from './table-errors.ts';
import { type Item, keyOf } from './table-writes.ts';
import { chunksOf, distinctBy } from '../../shared/lists.ts';

/** The table that a request goes to. */
export interface TableClient {
  client: DynamoDBClient;
  TableName: string;
}

export interface ReadOptions {
  consistent?: boolean;
}

type Attributes = Record<string, AttributeValue>;

/**
 * Parses attributes of an item, which always has its key. Numbers are doubles of sixteen digits,
 * because sums of squares exceed 2^53.
 */
export const toItem = (attributes: Attributes): Item => unmarshall(attributes, { wrapNumbers: Number }) as Item;

/** Keys per BatchGetItem request. */
const batchSize = 100;

/** Retries of keys that DynamoDB did not process. */
const maxRetries = 8;

/** BatchGetItem refuses duplicate keys. */
const distinctKeys = (all: Key[]): Key[] => distinctBy(all, ({ pk, sk }) => JSON.stringify([pk, sk]));

export async function readItem(
  { client, TableName }: TableClient,
  key: Key,
  { consistent = false }: ReadOptions = {},
): Promise<Item | undefined> {
  if (!isKey(key)) return undefined;
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf(key), ConsistentRead: consistent }));
  return Item && toItem(Item);
}

/** Reads at most a hundred keys. Retries those that DynamoDB did not process, up to eight times. */
async function readChunk(on: TableClient, chunk: Key[], ConsistentRead: boolean): Promise<Item[]> {
  const { client, TableName } = on;
  const items: Item[] = [];
  let left = chunk.map(keyOf);
  for (let tries = 0; left.length > 0; tries++) {
    if (tries > maxRetries) throw new Unavailable('table.unprocessed-keys', { count: left.length });
    if (tries > 0) await waitWithJitter(tries);
    const request = { [TableName]: { Keys: left, ConsistentRead } };
    const page = await client.send(new BatchGetItemCommand({ RequestItems: request }));
    items.push(...(page.Responses?.[TableName] ?? []).map(toItem));
    left = page.UnprocessedKeys?.[TableName]?.Keys ?? [];
  }
  return items;
}

export async function readItems(
  on: TableClient,
  keys: Key[],
  { consistent = false }: ReadOptions = {},
): Promise<Item[]> {
  const chunks = chunksOf(distinctKeys(keys.filter(isKey)), batchSize);
  return (await Promise.all(chunks.map((chunk) => readChunk(on, chunk, consistent)))).flat();
}

export async function queryItems(
  { client, TableName }: TableClient,
  pk: string,
  options: QueryOptions = {},
): Promise<Item[]> {
  const { limit = Infinity } = options;
  const query = queryInput(pk, options);
  if (!query) return [];
  const items: Item[] = [];
  let ExclusiveStartKey: Attributes | undefined;
  do {
    const Limit = limit === Infinity ? undefined : limit - items.length + query.sifted;
    const page = await client.send(new QueryCommand({ TableName, ...query.input, Limit, ExclusiveStartKey }));
    items.push(...(page.Items ?? []).map(toItem).filter(query.isInside));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey && items.length < limit);
  return items.slice(0, limit);
}
