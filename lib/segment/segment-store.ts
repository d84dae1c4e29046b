import { atRevision } from '../aws/table/revision.ts';
import { type Item, type Table } from '../aws/table/dynamo-table.ts';
import { keys, ranges } from '../model/keys/table-keys.ts';
import { stripRange } from '../model/keys/parse-keys.ts';
import { cacheByKey } from '../shared/cache.ts';
import { type Clock } from '../shared/time.ts';
import { Segment } from '../model/segment.ts';

/** Limit of the age of segments that membership is computed with, ms. */
export const segmentFreshMs = 5_000;

/** A segment, and whether its deletion has begun and is not published yet. */
export interface StoredSegment {
  segment: Segment;
  isLeaving: boolean;
}

/** Reads and writes segments. */
export interface SegmentStore {
  /**
   * Returns all segments, up to five seconds old. Costs one query per environment and five seconds.
   */
  remembered(workspace: string): Promise<Segment[]>;
  /** Returns all segments, read consistently. */
  all(workspace: string): Promise<Segment[]>;
  get(workspace: string, id: string): Promise<Segment | undefined>;
  /** Returns the stored segment, also during its deletion. */
  stored(workspace: string, id: string): Promise<StoredSegment | undefined>;
  /** Writes a segment over the revision read, and increments it. Returns false on a conflict. */
  save(workspace: string, segment: Segment): Promise<boolean>;
  /**
   * Starts a deletion. Other readers no longer see the segment, and the row marks that its members
   * must be removed. Increments the revision. Returns false on a conflict.
   */
  beginRemoval(workspace: string, segment: Segment): Promise<boolean>;
  /** Completes a deletion at this revision. Does nothing if the segment was written again. */
  endRemoval(workspace: string, place: { id: string; rev: number }): Promise<void>;
}

const Doc = Segment.omit({ id: true, rev: true });

function read({ sk, doc, rev }: Item): Segment {
  return { id: stripRange(sk, ranges.segment), rev: Number(rev), ...Doc.parse(JSON.parse(String(doc))) };
}

const isLeaving = ({ leaving }: Item): boolean => leaving === true;

/** The store over the table. */
export function segmentStore(table: Table, clock: Clock): SegmentStore {
  async function all(workspace: string): Promise<Segment[]> {
    const { pk } = keys.segment(workspace, '');
    return (await table.query(pk, { prefix: ranges.segment, consistent: true }))
      .filter((item) => !isLeaving(item))
      .map(read);
  }

  return {
    all,
    remembered: cacheByKey(clock, segmentFreshMs, all),

    async get(workspace, id) {
      const item = await table.get(keys.segment(workspace, id), { consistent: true });
      return item && !isLeaving(item) ? read(item) : undefined;
    },

    async stored(workspace, id) {
      const item = await table.get(keys.segment(workspace, id), { consistent: true });
      return item && { segment: read(item), isLeaving: isLeaving(item) };
    },

    save(workspace, { id, rev, ...doc }) {
      const item = { ...keys.segment(workspace, id), rev: rev + 1, doc: JSON.stringify(doc) };
      return table.put(item, atRevision(rev));
    },

    beginRemoval(workspace, { id, rev, ...doc }) {
      const item = { ...keys.segment(workspace, id), rev: rev + 1, doc: JSON.stringify(doc), leaving: true };
      return table.put(item, atRevision(rev));
    },

    async endRemoval(workspace, { id, rev }) {
      await table.transact([{ delete: keys.segment(workspace, id), if: atRevision(rev) }]);
    },
  };
}
