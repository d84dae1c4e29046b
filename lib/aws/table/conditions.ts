import { type Expression } from './dynamo-table.ts';

/** Condition: the item does not exist. */
export const ifAbsent = { expression: 'attribute_not_exists(pk)' } as const satisfies Expression;

/** Condition: the item exists. */
export const ifPresent = { expression: 'attribute_exists(pk)' } as const satisfies Expression;

/**
 * Condition: the item has the revision `rev`. 0 means that it must not exist. Items that may be
 * older than revisions need `atRevision`.
 */
export function ifRevision(rev: number): Expression {
  return rev === 0 ? ifAbsent : { expression: 'rev = :rev', values: { ':rev': rev } };
}
