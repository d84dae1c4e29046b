import { type Item, type Table } from '../aws/table/dynamo-table.ts';
import { keys, ranges } from '../model/keys/table-keys.ts';
import { type Instant } from '../shared/time.ts';
import { PlannedMap } from './planned-map.ts';
import { ifRevision } from '../aws/table/conditions.ts';

/** A stored map. `rev` counts its writes; 0 means none. */
export interface SavedMap {
  map: PlannedMap;
  rev: number;
  savedAt: Instant;
}

/** Reads and writes planned maps. */
export interface MapStore {
  all(workspace: string): Promise<SavedMap[]>;
  get(workspace: string, id: string): Promise<SavedMap | undefined>;
  /** Writes a map over the revision read, and increments it. Returns false on a conflict. */
  save(workspace: string, saved: SavedMap): Promise<boolean>;
  /** Removes the map at this revision. Returns false on a conflict. */
  remove(workspace: string, place: { id: string; rev: number }): Promise<boolean>;
}

function read({ doc, rev, savedAt }: Item): SavedMap {
  return { map: PlannedMap.parse(JSON.parse(String(doc))), rev: Number(rev), savedAt: String(savedAt) };
}

/** The store over the table. */
export function mapStore(table: Table): MapStore {
  return {
    async all(workspace) {
      return (await table.query(keys.map(workspace, '').pk, { prefix: ranges.map, consistent: true })).map(read);
    },

    async get(workspace, id) {
      const item = await table.get(keys.map(workspace, id), { consistent: true });
      return item && read(item);
    },

    save(workspace, { map, rev, savedAt }) {
      const item = { ...keys.map(workspace, map.id), rev: rev + 1, savedAt, doc: JSON.stringify(map) };
      return table.put(item, ifRevision(rev));
    },

    remove: (workspace, { id, rev }) => table.transact([{ delete: keys.map(workspace, id), if: ifRevision(rev) }]),
  };
}
