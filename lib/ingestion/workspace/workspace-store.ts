import { atRevision, revisionOf } from '../../aws/table/revision.ts';
import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { keys, lists } from '../../model/table-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { systemClock } from '../../shared/time.ts';
import { type KeyStore, keyStore } from './key-store.ts';
import { Workspace } from '../../model/workspace.ts';

/** How long an environment may use settings that have since changed. One read a minute each, not one a request. */
const freshMs = 60_000;

/** A workspace as it is kept. `rev` counts its writes. */
export interface SavedWorkspace {
  workspace: Workspace;
  rev: number;
}

export interface WorkspaceStore extends KeyStore {
  /** Settings of a workspace; undefined for one that does not exist. */
  settings(workspace: string): Promise<Workspace | undefined>;
  /** The settings as they are now, and their revision. */
  current(workspace: string): Promise<SavedWorkspace | undefined>;
  /**
   * Writes the settings over the revision they were read at, 0 for none, and counts up. False when another write came first. Seen by this
   * environment at once, by others within a minute.
   */
  save(workspace: Workspace, rev?: number): Promise<boolean>;
  all(): Promise<string[]>;
  /** Throws when the table does not answer. Reads one key that is not there. */
  ping(): Promise<void>;
}

const read = (item: Item | undefined): Workspace | undefined =>
  typeof item?.doc === 'string' ? Workspace.parse(JSON.parse(item.doc)) : undefined;

export function workspaceStore(table: Table): WorkspaceStore {
  const settings = cacheByKey(systemClock, freshMs, async (workspace) => {
    return read(await table.get(keys.workspace(workspace)));
  });

  return {
    ...keyStore(table),
    settings,

    async current(id) {
      const item = await table.get(keys.workspace(id), { consistent: true });
      const workspace = read(item);
      return workspace && { workspace, rev: revisionOf(item) };
    },

    async save(workspace, rev = 0) {
      const listing = { listPk: lists.workspaces(), listSk: workspace.id };
      const item = { ...keys.workspace(workspace.id), ...listing, rev: rev + 1, doc: JSON.stringify(workspace) };
      const isSaved = await table.put(item, atRevision(rev));
      settings.forget(workspace.id);
      return isSaved;
    },

    async all() {
      const items = await table.query(lists.workspaces(), { index: 'byList' });
      return items.map(({ listSk }) => String(listSk));
    },

    async ping() {
      await table.get(keys.workspace('-'));
    },
  };
}
