import { ThroughlineError } from './errors.ts';

/** The entity tag of a document's revision. */
export const etagOf = (rev: number): string => `"${rev}"`;

const tagsOf = (header: string): string[] => header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));

/**
 * Whether a document may be written that stands at `rev`, 0 for one that is not there. A new one may be written as it is. One that is there
 * asks for `If-Match` with the tag it was read with, so that nobody overwrites what they have not seen: without it 428, with another
 * tag 412. `If-None-Match: *` writes a new one only.
 */
export function checkPreconditions(headers: Record<string, string>, rev: number): void {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  const failed = (hint: string): ThroughlineError =>
    new ThroughlineError('preconditionFailed', 'document.changed', {
      hint,
      ...(rev > 0 && { etag: etagOf(rev) }),
    });
  if (ifNoneMatch !== undefined && tagsOf(ifNoneMatch).some((tag) => (tag === '*' ? rev > 0 : tag === etagOf(rev))))
    throw failed('it is there already');
  if (ifMatch !== undefined) {
    const matches = rev > 0 && tagsOf(ifMatch).some((tag) => tag === '*' || tag === etagOf(rev));
    if (!matches) throw failed(rev === 0 ? 'there is nothing to match' : 'somebody else has written it; read it again');
  } else if (rev > 0 && ifNoneMatch === undefined)
    throw new ThroughlineError('preconditionRequired', 'document.if-match-missing', {
      hint: 'it is there already: send If-Match with the ETag you read',
      etag: etagOf(rev),
    });
}
