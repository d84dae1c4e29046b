import { type Table } from '../aws/table.ts';
import { keys, lists } from '../keys.ts';
import { remember } from '../remember.ts';
import { systemClock } from '../time.ts';
import { type KeyStore, keyStore } from './key-store.ts';
import { Workspace } from './workspace.ts';

/** How long an environment may use settings that have since changed. One read a minute each, not one a request. */
const freshMs = 60_000;

export interface WorkspaceStore extends KeyStore {
  /** Settings of a workspace; undefined for one that does not exist. */
  settings(workspace: string): Promise<Workspace | undefined>;
  /** Seen by this environment at once, by others within a minute. */
  save(workspace: Workspace): Promise<void>;
  all(): Promise<string[]>;
  /** Throws when the table does not answer. Reads one key that is not there. */
  ping(): Promise<void>;
}

export function workspaceStore(table: Table): WorkspaceStore {
  const settings = remember(systemClock, freshMs, async (workspace) => {
    const item = await table.get(keys.workspace(workspace));
    return typeof item?.doc === 'string' ? Workspace.parse(JSON.parse(item.doc)) : undefined;
  });

  return {
    ...keyStore(table),
    settings,

    async save(workspace) {
      const listing = { listPk: lists.workspaces(), listSk: workspace.id };
      await table.put({ ...keys.workspace(workspace.id), ...listing, doc: JSON.stringify(workspace) });
      settings.forget(workspace.id);
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
