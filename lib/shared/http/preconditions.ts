import { ThroughlineError } from '../errors.ts';

/** The entity tag of a document's revision. */
export const etagOf = (rev: number): string => `"${rev}"`;

const tagsOf = (header: string): string[] => header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));

export interface PreconditionRule {
  /** Whether there is a document; without it, whether `rev` counts any write. A shipped document is there at revision 0. */
  exists?: boolean;
  /** A write over a document may come without `If-Match`: its clients are older than its entity tags. */
  optional?: boolean;
}

/**
 * Whether a document may be written that stands at `rev`, 0 for one that is not there. A new one may be written as it is. One that is
 * there asks for `If-Match` with the tag it was read with, so that no writer overwrites what it has not seen: without it 428 unless
 * `optional`, with another tag 412. `If-None-Match: *` writes a new one only.
 */
export function checkPreconditions(headers: Record<string, string>, rev: number, rule: PreconditionRule = {}): void {
  const { exists = rev > 0, optional = false } = rule;
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  const failed = (hint: string): ThroughlineError =>
    new ThroughlineError('preconditionFailed', 'document.changed', { hint, ...(exists && { etag: etagOf(rev) }) });
  if (ifNoneMatch !== undefined && tagsOf(ifNoneMatch).some((tag) => (tag === '*' ? exists : tag === etagOf(rev))))
    throw failed('it is there already');
  if (ifMatch !== undefined) {
    const matches = exists && tagsOf(ifMatch).some((tag) => tag === '*' || tag === etagOf(rev));
    if (!matches) throw failed(exists ? 'somebody else has written it; read it again' : 'there is nothing to match');
  } else if (exists && !optional && ifNoneMatch === undefined)
    throw new ThroughlineError('preconditionRequired', 'document.if-match-missing', {
      hint: 'it is there already: send If-Match with the ETag you read',
      etag: etagOf(rev),
    });
}

/**
 * The error of a write that lost to one at the same time: 412 to a caller that sent a precondition, else a conflict with the code its
 * clients know. Nothing was written.
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
