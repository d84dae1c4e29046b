import { type Expression, type Item } from './dynamo-table.ts';
import { ifRevision } from './conditions.ts';

/**
 * Returns the revision of a stored document: 0 if there is none, 1 if it has no `rev` because it is
 * older than revisions.
 */
export const revisionOf = (item: Item | undefined): number => (item === undefined ? 0 : Number(item.rev ?? 1));

/** Condition: the document is unchanged since `rev`. 0 means that it must not exist. */
export function atRevision(rev: number): Expression {
  return rev === 1
    ? { expression: 'attribute_exists(pk) AND (attribute_not_exists(rev) OR rev = :rev)', values: { ':rev': rev } }
    : ifRevision(rev);
}
