import { atRevision, revisionOf } from '../../aws/table/revision.ts';
import { type Table } from '../../aws/table/dynamo-table.ts';
import { keys } from '../../model/table-keys.ts';
import { type Clock } from '../../shared/time.ts';
import { Placement } from './placement.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { deployedPlacements } from './deployed-placements.ts';

/** How long an environment may decide by a placement that has since been changed. Milliseconds. */
const usuallyFreshMs = 60_000;

/** A placement as it is kept. `rev` counts its writes. */
export interface SavedPlacement {
  placement: Placement;
  rev: number;
}

export interface PlacementStore {
  /** The workspace's own placement, else the shipped one of that id. May be as old as the store was told it may. */
  get(workspace: string, id: string): Promise<Placement | undefined>;
  /** All there are to decide on, by id. */
  all(workspace: string): Promise<Placement[]>;
  /** The placement as it is now, and its revision: 0 for a shipped one without a row of the workspace's own. */
  current(workspace: string, id: string): Promise<SavedPlacement | undefined>;
  /**
   * Writes the placement over the revision it was read at, 0 for none, and counts up. False when another write came first. What was learnt
   * of offers that keep their id is kept.
   */
  save(workspace: string, placement: Placement, rev?: number): Promise<boolean>;
}

const read = (doc: unknown): Placement[] => (typeof doc === 'string' ? [Placement.parse(JSON.parse(doc))] : []);

export function placementStore(table: Table, clock: Clock, freshMs = usuallyFreshMs): PlacementStore {
  /** All of a workspace's placements in one query a minute: there are few, and most requests ask for the same. */
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
