import { type Expression, type Item } from './dynamo-table.ts';

/** Revision of a stored document: 0 where there is none, 1 where it was written before its revisions were counted. */
export const revisionOf = (item: Item | undefined): number => (item === undefined ? 0 : Number(item.rev ?? 1));

/** Condition of a write over the revision that was read; with 0, that there is no item. */
export function atRevision(rev: number): Expression {
  if (rev === 0) return { expression: 'attribute_not_exists(pk)' };
  const isCounted = { expression: 'rev = :rev', values: { ':rev': rev } };
  return rev === 1
    ? { ...isCounted, expression: 'attribute_exists(pk) AND (attribute_not_exists(rev) OR rev = :rev)' }
    : isCounted;
}
