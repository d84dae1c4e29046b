import { isDeepStrictEqual } from 'node:util';
import { type Bus } from '../aws/bus.ts';
import { maxSegments, type Segment } from '../model/segment.ts';
import { Rejected, Unavailable } from '../shared/errors.ts';
import { checkPreconditions, lostRace } from '../shared/http/preconditions.ts';
import { deterministicId } from '../shared/ids.ts';
import { type Clock } from '../shared/time.ts';
import { type SegmentStore, type StoredSegment } from './segment-store.ts';

/** What changing a segment reads, writes and publishes with. */
export interface SegmentChangeDependencies {
  segments: Pick<SegmentStore, 'stored' | 'all' | 'save' | 'beginRemoval'>;
  bus: Bus;
  clock: Clock;
}

/** The workspace of a request, and its headers with the preconditions. */
interface ChangeRequest {
  workspace: string;
  headers: Record<string, string>;
}

/** Writes the segment if it differs from the stored one. Returns its revision. */
export async function saveSegment(
  { segments }: Pick<SegmentChangeDependencies, 'segments'>,
  { workspace, headers }: ChangeRequest,
  written: Omit<Segment, 'rev'>,
): Promise<number> {
  const stored = await segments.stored(workspace, written.id);
  const rev = stored?.segment.rev ?? 0;
  const exists = stored?.isLeaving === false;
  if (exists && isDeepStrictEqual(stored.segment, { ...written, rev })) return rev;
  checkPreconditions(headers, rev, { exists, optional: true });
  if (!exists && (await segments.all(workspace)).length >= maxSegments)
    throw new Rejected('segment.too-many', { max: maxSegments });
  if (!(await segments.save(workspace, { ...written, rev })))
    throw lostRace(headers, 'segment.changed', { segment: written.id });
  return rev + 1;
}

/** Begins the deletion or continues one. Returns the revision of the marked segment. */
export async function beginDeletion(
  { segments }: Pick<SegmentChangeDependencies, 'segments'>,
  { workspace, headers }: ChangeRequest,
  { segment, isLeaving }: StoredSegment,
): Promise<number> {
  if (isLeaving) return segment.rev;
  checkPreconditions(headers, segment.rev, { optional: true });
  if (!(await segments.beginRemoval(workspace, segment)))
    throw lostRace(headers, 'segment.changed', { segment: segment.id });
  return segment.rev + 1;
}

/** Publishes a change, which starts a backfill. A retry at another time has another id. */
export async function publishSegmentChange(
  { bus, clock }: Pick<SegmentChangeDependencies, 'bus' | 'clock'>,
  workspace: string,
  { id: segment, rev }: Pick<Segment, 'id' | 'rev'>,
): Promise<void> {
  const occurredAt = clock.now();
  const id = deterministicId('segment', workspace, segment, rev, occurredAt);
  const detail = { id, workspace, occurredAt, segment, rev };
  if ((await bus.put([{ name: 'SegmentChanged', detail }])).length > 0)
    throw new Unavailable('bus.refused', { segment });
}
