import { atRevision, revisionOf } from '../../aws/table/revision.ts';
import { type Table } from '../../aws/table/dynamo-table.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { type Clock, minuteMs } from '../../shared/time.ts';
import { Placement } from './placement.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { deployedPlacements } from './deployed-placements.ts';

/** Cache time of placements in one environment, ms. A change takes effect within it. */
const usuallyFreshMs = minuteMs;

/** A placement as stored. `rev` counts its writes. */
export interface SavedPlacement {
  placement: Placement;
  rev: number;
}

/** Placements of a workspace: its own rows over the deployed ones. */
export interface PlacementStore {
  /**
   * Returns the workspace's own placement, else the deployed one with that id. May be `freshMs`
   * old.
   */
  get(workspace: string, id: string): Promise<Placement | undefined>;
  /**
   * Returns the workspace's own and the deployed placements, sorted by id. May be `freshMs` old.
   */
  all(workspace: string): Promise<Placement[]>;
  /** Reads consistently. `rev` is 0 for a deployed placement without a row of the workspace. */
  current(workspace: string, id: string): Promise<SavedPlacement | undefined>;
  /**
   * Writes the placement if its revision is still `rev` (0 for none), and increments it. Returns
   * false after another write. Statistics of offers that keep their id are kept.
   */
  save(workspace: string, placement: Placement, rev?: number): Promise<boolean>;
}

const read = (doc: unknown): Placement[] => (typeof doc === 'string' ? [Placement.parse(JSON.parse(doc))] : []);

/** Creates a placement store. `get` and `all` read through a cache of `freshMs`. */
export function placementStore(table: Table, clock: Clock, freshMs = usuallyFreshMs): PlacementStore {
  /**
   * Reads all placements of a workspace in one query. They are few, and most requests ask for the
   * same ones.
   */
  const own = cacheByKey(clock, freshMs, async (workspace) => {
    const items = await table.query(keys.placement(workspace, '').pk, { prefix: keys.placement(workspace, '').sk });
    return new Map(items.flatMap(({ doc }) => read(doc)).map((placement) => [placement.id, placement]));
  });

  return {
    get: async (workspace, id) => (await own(workspace)).get(id) ?? deployedPlacements.get(id),

    async all(workspace) {
      const byId = new Map([...deployedPlacements, ...(await own(workspace))]);
      return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    },

    async current(workspace, id) {
      const item = await table.get(keys.placement(workspace, id), { consistent: true });
      const placement = read(item?.doc)[0] ?? deployedPlacements.get(id);
      return placement && { placement, rev: revisionOf(item) };
    },

    save(workspace, placement, rev = 0) {
      const item = { ...keys.placement(workspace, placement.id), rev: rev + 1, doc: JSON.stringify(placement) };
      return table.put(item, atRevision(rev));
    },
  };
}
