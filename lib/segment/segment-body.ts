import { issuesOf } from '../shared/http/issues.ts';
import { Rejected } from '../shared/errors.ts';
import { isJsonObject } from '../shared/json.ts';
import { findSegmentError } from './membership.ts';
import { Segment } from '../model/segment.ts';

/** A segment as its author writes it. The id is optional, because the route has it. */
export const SegmentBody = Segment.omit({ rev: true }).partial({ id: true }).strict();

/** Parses a segment. Throws `Rejected('segment.invalid')` with the issues. */
export function readSegment(body: unknown, id: string): Omit<Segment, 'rev'> {
  const read = Segment.omit({ rev: true })
    .strict()
    .safeParse(isJsonObject(body) ? { id, ...body } : body);
  if (!read.success) throw new Rejected('segment.invalid', { issues: issuesOf(read.error) });
  if (read.data.id !== id) throw new Rejected('segment.invalid', { hint: `the address says "${id}"` });
  const fault = findSegmentError(read.data.predicate);
  if (fault !== undefined) throw new Rejected('segment.invalid', { hint: fault });
  return read.data;
}
