import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { ifAbsent, ifRevision } from '../../aws/table/conditions.ts';
import { stripRange } from '../../model/keys/parse-keys.ts';
import { keys, openFanOuts, ranges } from '../../model/keys/table-keys.ts';
import { type ListPlace } from '../../segment/membership-index.ts';
import { daySeconds, type Instant, ttlAfter } from '../../shared/time.ts';
import { FanOut, type StoredFanOut } from './fan-out.ts';

/**
 * How long a row is kept after `at`, in seconds: 30 days. While the row exists, the same fan-out
 * does not begin again.
 */
const keptSeconds = 30 * daySeconds;

/** A schedule of a journey, by the id of its trigger. */
export interface ScheduleId {
  journeyId: string;
  trigger: string;
}

/** Reads and writes fan-outs and their progress. */
export interface FanOutStore {
  /** Writes a new fan-out. Does nothing if it exists. Safe to repeat. */
  begin(workspace: string, fanOut: FanOut): Promise<void>;
  /** Reads a fan-out. Strongly consistent. */
  get(workspace: string, id: string): Promise<StoredFanOut | undefined>;
  /**
   * Stores the position of the next page. Returns false if another process advanced the fan-out
   * since it was read. Without a position the fan-out is complete.
   */
  advance(workspace: string, stored: StoredFanOut, place: ListPlace | undefined): Promise<boolean>;
  /** Lists the ids of unfinished fan-outs with `at` up to `upTo`, oldest first. */
  open(workspace: string, upTo: Instant): Promise<string[]>;
  /** Reads the time up to which a schedule's occurrences have begun. Strongly consistent. */
  readCheckpoint(workspace: string, schedule: ScheduleId): Promise<Instant | undefined>;
  /** Stores the time up to which a schedule's occurrences have begun. */
  saveCheckpoint(workspace: string, schedule: ScheduleId, through: Instant): Promise<void>;
}

function toItem(workspace: string, { fanOut, rev }: StoredFanOut, place: ListPlace | undefined): Item {
  return {
    ...keys.fanOut(workspace, fanOut.id),
    rev,
    doc: JSON.stringify(fanOut),
    ttl: ttlAfter(fanOut.at, keptSeconds),
    ...(place && { place: JSON.stringify(place), duePk: openFanOuts(workspace), dueAt: fanOut.at }),
  };
}

function readItem({ doc, rev, place }: Item): StoredFanOut {
  const position = typeof place === 'string' ? (JSON.parse(place) as ListPlace) : undefined; // written by `toItem`
  return { fanOut: FanOut.parse(JSON.parse(String(doc))), rev: Number(rev), ...(position && { place: position }) };
}

/** Creates the store of fan-outs in a table. */
export function fanOutStore(table: Table): FanOutStore {
  return {
    async begin(workspace, fanOut) {
      await table.put(toItem(workspace, { fanOut, rev: 1 }, { list: 0 }), ifAbsent);
    },
    async get(workspace, id) {
      const item = await table.get(keys.fanOut(workspace, id), { consistent: true });
      return item && readItem(item);
    },
    advance(workspace, stored, place) {
      return table.put(toItem(workspace, { ...stored, rev: stored.rev + 1 }, place), ifRevision(stored.rev));
    },
    async open(workspace, upTo) {
      const rows = await table.query(openFanOuts(workspace), { index: 'byDue', upTo });
      return rows.map(({ sk }) => stripRange(sk, ranges.fanOut));
    },
    async readCheckpoint(workspace, { journeyId, trigger }) {
      const row = await table.get(keys.launched(workspace, journeyId, trigger), { consistent: true });
      return typeof row?.through === 'string' ? row.through : undefined;
    },
    async saveCheckpoint(workspace, { journeyId, trigger }, through) {
      await table.put({ ...keys.launched(workspace, journeyId, trigger), through });
    },
  };
}
