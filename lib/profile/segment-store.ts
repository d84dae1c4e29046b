import { type Item, type Table } from '../aws/table.ts';
import { keys } from '../keys.ts';
import { remember } from '../remember.ts';
import { type Clock } from '../time.ts';
import { Segment } from './segment.ts';

/** How old the segments may be that profiles are sorted by. */
export const segmentFreshMs = 5_000;

export interface SegmentStore {
  /** All segments of a workspace, up to five seconds old: one query per environment and five seconds. */
  remembered(workspace: string): Promise<Segment[]>;
  /** All segments, as they are now. */
  all(workspace: string): Promise<Segment[]>;
  get(workspace: string, id: string): Promise<Segment | undefined>;
  /** Writes a segment over the revision it was read at, and counts up. False when somebody was faster. */
  save(workspace: string, segment: Segment): Promise<boolean>;
  remove(workspace: string, id: string): Promise<void>;
}

const range = 'segment#';
const Doc = Segment.omit({ id: true, rev: true });

function read({ sk, doc, rev }: Item): Segment {
  return { id: sk.slice(range.length), rev: Number(rev), ...Doc.parse(JSON.parse(String(doc))) };
}

export function segmentStore(table: Table, clock: Clock): SegmentStore {
  async function all(workspace: string): Promise<Segment[]> {
    const { pk } = keys.segment(workspace, '');
    return (await table.query(pk, { prefix: range, consistent: true })).map(read);
  }

  return {
    all,
    remembered: remember(clock, segmentFreshMs, all),

    async get(workspace, id) {
      const item = await table.get(keys.segment(workspace, id), { consistent: true });
      return item && read(item);
    },

    save(workspace, { id, rev, ...doc }) {
      const item = { ...keys.segment(workspace, id), rev: rev + 1, doc: JSON.stringify(doc) };
      const unchanged = { expression: 'rev = :rev', values: { ':rev': rev } };
      return table.put(item, rev === 0 ? { expression: 'attribute_not_exists(pk)' } : unchanged);
    },

    async remove(workspace, id) {
      await table.transact([{ delete: keys.segment(workspace, id) }]);
    },
  };
}
