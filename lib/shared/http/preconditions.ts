import { ThroughlineError } from '../errors.ts';

/** Returns the entity tag of a revision. */
export const etagOf = (rev: number): string => `"${rev}"`;

const tagsOf = (header: string): string[] => header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));

export interface PreconditionRule {
  /**
   * Whether the document exists. Default: `rev` is not 0. A deployed document exists at revision 0.
   */
  exists?: boolean;
  /**
   * A write to an existing document may omit `If-Match`, because its clients are older than entity
   * tags.
   */
  optional?: boolean;
}

/**
 * Checks the preconditions of a write at `rev`, 0 for a missing document, which may be created
 * without any. An existing one requires `If-Match` with its tag, so that no writer overwrites
 * unseen changes: else 428 unless `optional`, and 412 for another tag. `If-None-Match: *` only
 * creates.
 */
export function checkPreconditions(headers: Record<string, string>, rev: number, rule: PreconditionRule = {}): void {
  const { exists = rev > 0, optional = false } = rule;
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  const hint = failedHint({ ifMatch, ifNoneMatch }, { exists, etag: etagOf(rev) });
  if (hint !== undefined) {
    const facts = exists ? { hint, etag: etagOf(rev) } : { hint };
    throw new ThroughlineError('preconditionFailed', 'document.changed', facts);
  }
  const isConditional = ifMatch !== undefined || ifNoneMatch !== undefined;
  if (isConditional || optional || !exists) return;
  throw new ThroughlineError('preconditionRequired', 'document.if-match-missing', {
    hint: 'it exists already: send If-Match with the ETag you read',
    etag: etagOf(rev),
  });
}

interface Preconditions {
  ifMatch: string | undefined;
  ifNoneMatch: string | undefined;
}

/** Returns why the document does not meet the preconditions, or undefined if it does. */
function failedHint(
  { ifMatch, ifNoneMatch }: Preconditions,
  { exists, etag }: { exists: boolean; etag: string },
): string | undefined {
  const isUnwanted = (tag: string): boolean => (tag === '*' ? exists : tag === etag);
  if (ifNoneMatch !== undefined && tagsOf(ifNoneMatch).some(isUnwanted)) return 'it exists already';
  if (ifMatch === undefined) return undefined;
  if (!exists) return 'there is nothing to match';
  const matches = tagsOf(ifMatch).some((tag) => tag === '*' || tag === etag);
  return matches ? undefined : 'another request has written it; read it again';
}

/**
 * Returns the error of a write that lost a race: 412 if the caller sent a precondition, else a
 * conflict with the code its clients expect. Nothing was written.
 */
export function lostRace(
  headers: Record<string, string>,
  code: string,
  facts: Record<string, string>,
): ThroughlineError {
  const isConditional = headers['if-match'] !== undefined || headers['if-none-match'] !== undefined;
  return isConditional
    ? new ThroughlineError('preconditionFailed', 'document.changed', { hint: 'written at the same time' })
    : new ThroughlineError('conflict', code, { ...facts, hint: 'written at the same time; read it again' });
}
