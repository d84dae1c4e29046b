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
  const failed = (hint: string): ThroughlineError =>
    new ThroughlineError('preconditionFailed', 'document.changed', { hint, ...(exists && { etag: etagOf(rev) }) });
  if (ifNoneMatch !== undefined && tagsOf(ifNoneMatch).some((tag) => (tag === '*' ? exists : tag === etagOf(rev))))
    throw failed('it exists already');
  if (ifMatch !== undefined) {
    const matches = exists && tagsOf(ifMatch).some((tag) => tag === '*' || tag === etagOf(rev));
    if (!matches) throw failed(exists ? 'another request has written it; read it again' : 'there is nothing to match');
  } else if (exists && !optional && ifNoneMatch === undefined)
    throw new ThroughlineError('preconditionRequired', 'document.if-match-missing', {
      hint: 'it exists already: send If-Match with the ETag you read',
      etag: etagOf(rev),
    });
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
