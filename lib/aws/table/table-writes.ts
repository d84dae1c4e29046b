import { type AttributeValue, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { type Key } from '../../model/keys/table-keys.ts';

export type Item = Key & Record<string, unknown>;

/** An expression with its names and values. */
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

/** Marshals an item or values. */
export const bytes = (value: Record<string, unknown>): Record<string, AttributeValue> =>
  marshall(value, { removeUndefinedValues: true, allowImpreciseNumbers: true });

/** Marshals a key. */
export const keyOf = ({ pk, sk }: Key): Record<string, AttributeValue> => ({ pk: { S: pk }, sk: { S: sk } });

/** Returns the key of a transaction's write. */
export const keyIn = (write: Write): Key =>
  'put' in write ? write.put : 'update' in write ? write.update : 'delete' in write ? write.delete : write.check;

/** Merges a condition and an update, whose expressions share one set of names and values. */
export function expressions(condition: Expression | undefined, set?: Expression) {
  const names = { ...condition?.names, ...set?.names };
  const values = { ...condition?.values, ...set?.values };
  return {
    ...(condition && { ConditionExpression: condition.expression }),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: bytes(values) }),
  };
}

export function toTransactItem(TableName: string, write: Write): TransactWriteItem {
  if ('update' in write) return { Update: toUpdate(TableName, write) };
  const on = { TableName, ...expressions(write.if) };
  if ('put' in write) return { Put: { ...on, Item: bytes(write.put) } };
  if ('delete' in write) return { Delete: { ...on, Key: keyOf(write.delete) } };
  return { ConditionCheck: { ...on, ConditionExpression: write.if.expression, Key: keyOf(write.check) } };
}

export const toUpdate = (TableName: string, { update, set, if: condition }: Extract<Write, { update: Key }>) => ({
  ...{ TableName, Key: keyOf(update), UpdateExpression: set.expression },
  ...expressions(condition, set),
});
