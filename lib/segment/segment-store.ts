import { atRevision } from '../aws/table/revision.ts';
import { type Item, type Table } from '../aws/table/dynamo-table.ts';
import { keys } from '../model/table-keys.ts';
import { cacheByKey } from '../shared/cache.ts';
import { type Clock } from '../shared/time.ts';
import { Segment } from '../model/segment.ts';

/** How old the segments may be that profiles are sorted by. */
export const segmentFreshMs = 5_000;

/** A segment, and whether its deletion has begun and is not published yet. */
export interface StoredSegment {
  segment: Segment;
  isLeaving: boolean;
}

export interface SegmentStore {
  /** All segments of a workspace, up to five seconds old: one query per environment and five seconds. */
  remembered(workspace: string): Promise<Segment[]>;
  /** All segments, as they are now. */
  all(workspace: string): Promise<Segment[]>;
  get(workspace: string, id: string): Promise<Segment | undefined>;
  /** The segment as it is kept, also while it is being deleted. */
  stored(workspace: string, id: string): Promise<StoredSegment | undefined>;
  /** Writes a segment over the revision it was read at, and counts up. False when somebody was faster. */
  save(workspace: string, segment: Segment): Promise<boolean>;
  /**
   * Begins a deletion: from here on every other reader finds no segment, and the row remembers that its members must still be looked at.
   * Counts the revision up. False when another write came first.
   */
  beginRemoval(workspace: string, segment: Segment): Promise<boolean>;
  /** Ends a deletion that stands at this revision. Changes nothing where the segment was written again. */
  endRemoval(workspace: string, place: { id: string; rev: number }): Promise<void>;
}

const range = 'segment#';
const Doc = Segment.omit({ id: true, rev: true });

function read({ sk, doc, rev }: Item): Segment {
  return { id: sk.slice(range.length), rev: Number(rev), ...Doc.parse(JSON.parse(String(doc))) };
}

const isLeaving = ({ leaving }: Item): boolean => leaving === true;

export function segmentStore(table: Table, clock: Clock): SegmentStore {
  async function all(workspace: string): Promise<Segment[]> {
    const { pk } = keys.segment(workspace, '');
    return (await table.query(pk, { prefix: range, consistent: true })).filter((item) => !isLeaving(item)).map(read);
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
