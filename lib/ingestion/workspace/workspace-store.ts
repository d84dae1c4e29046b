import { atRevision, revisionOf } from '../../aws/table/revision.ts';
import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { keys, lists } from '../../model/keys/table-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { systemClock, minuteMs } from '../../shared/time.ts';
import { type KeyStore, keyStore } from './key-store.ts';
import { Workspace } from '../../model/workspace.ts';

/**
 * How long an environment may use changed settings, ms. Costs one read a minute, not one a request.
 */
const freshMs = minuteMs;

/** A stored workspace. `rev` counts its writes. */
export interface SavedWorkspace {
  workspace: Workspace;
  rev: number;
}

/** Reads and writes workspaces and their keys. */
export interface WorkspaceStore extends KeyStore {
  /** Returns the settings, at most a minute old, or undefined if the workspace does not exist. */
  settings(workspace: string): Promise<Workspace | undefined>;
  /** Returns the present settings with their revision. */
  current(workspace: string): Promise<SavedWorkspace | undefined>;
  /**
   * Writes the settings over the revision read, 0 for none, and increments it. Returns false on a
   * conflict. This environment sees the change at once, others within a minute.
   */
  save(workspace: Workspace, rev?: number): Promise<boolean>;
  all(): Promise<string[]>;
  /** Reads one missing key. Throws if the table does not answer. */
  ping(): Promise<void>;
}

const read = (item: Item | undefined): Workspace | undefined =>
  typeof item?.doc === 'string' ? Workspace.parse(JSON.parse(item.doc)) : undefined;

/** The store over the table. */
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
