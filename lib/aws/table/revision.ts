import { type Expression, type Item } from './dynamo-table.ts';

/**
 * Returns the revision of a stored document: 0 if there is none, 1 if it has no `rev` because it is
 * older than revisions.
 */
export const revisionOf = (item: Item | undefined): number => (item === undefined ? 0 : Number(item.rev ?? 1));

/** Condition: the document is unchanged since `rev`. 0 means that it must not exist. */
export function atRevision(rev: number): Expression {
  if (rev === 0) return { expression: 'attribute_not_exists(pk)' };
  const isCounted = { expression: 'rev = :rev', values: { ':rev': rev } };
  return rev === 1
    ? { ...isCounted, expression: 'attribute_exists(pk) AND (attribute_not_exists(rev) OR rev = :rev)' }
    : isCounted;
}
