import { type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Key } from '../../model/keys/table-keys.ts';
import { type QueryOptions } from './query.ts';
import { queryItems, readItem, readItems, type ReadOptions, toItem } from './table-reads.ts';
import { putItem, putItems, replaceItem, type ReplaceResult, updateItem, writeAll } from './table-commands.ts';
import { type Expression, type Item, type Write } from './table-writes.ts';

export { toItem };
export type { Expression, Item, QueryOptions, ReplaceResult, Write };

/**
 * The one table. A write with a failed condition returns `false`; other errors are thrown. One that
 * DynamoDB will never accept names its keys (`asRefusal`; not for `putMany`). The SDK retries
 * throttles, this store retries transaction conflicts: safe, as each write is idempotent or
 * conditional.
 */
export interface Table {
  get(key: Key, options?: ReadOptions): Promise<Item | undefined>;
  /**
   * Reads any number of keys in batches of a hundred. Unordered, without duplicates and without
   * missing items.
   */
  getMany(keys: Key[], options?: ReadOptions): Promise<Item[]>;
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

/** The table over DynamoDB. */
export function dynamoTable(client: DynamoDBClient, TableName: string): Table {
  const on = { client, TableName };
  return {
    get: (key, options) => readItem(on, key, options),
    getMany: (keys, options) => readItems(on, keys, options),
    query: (pk, options) => queryItems(on, pk, options),
    put: (item, condition) => putItem(on, item, condition),
    update: (key, set, condition) => updateItem(on, { update: key, set, ...(condition && { if: condition }) }),
    replace: (item, condition, also) => replaceItem(on, { put: item, if: condition }, also),
    transact: (writes) => writeAll(on, writes),
    putMany: (items) => putItems(on, items),
  };
}
