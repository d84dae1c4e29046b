import { type Table } from '../aws/table.ts';
import { keys, lists } from '../keys.ts';
import { type ApiKey, type KeyKind, parseApiKey } from './api-key.ts';
import { Workspace } from './workspace.ts';

/** How long an environment may use a key or settings that have since changed. One read a minute each, not one a request. */
const freshMs = 60_000;

/** Bound of the cache: an attacker trying keys must not fill the memory. */
const maxCached = 1_000;

export interface WorkspaceStore {
  /** The workspace a key opens, if the key exists and is of this kind. */
  open(kind: KeyKind, key: string): Promise<string | undefined>;
  /** Settings of a workspace; undefined for one that does not exist. */
  settings(workspace: string): Promise<Workspace | undefined>;
  save(workspace: Workspace): Promise<void>;
  addKey(key: ApiKey): Promise<void>;
  all(): Promise<string[]>;
  /** Throws when the table does not answer. Reads one key that is not there. */
  ping(): Promise<void>;
}

export function workspaceStore(table: Table): WorkspaceStore {
  const cache = new Map<string, { value: Promise<unknown>; until: number }>();

  function cached<T>(key: string, read: () => Promise<T>): Promise<T> {
    const hit = cache.get(key);
    if (hit && hit.until > performance.now()) return hit.value as Promise<T>; // one kind of value per key prefix
    if (cache.size >= maxCached) cache.clear();
    const value = read();
    cache.set(key, { value, until: performance.now() + freshMs });
    value.catch(() => cache.delete(key));
    return value;
  }

  return {
    async open(kind, text) {
      const key = parseApiKey(text);
      if (key?.kind !== kind) return undefined;
      const known = await cached(`key ${key.hash}`, () => table.get(keys.apiKey(key.workspace, key.hash)));
      return known?.kind === kind ? key.workspace : undefined;
    },

    settings: (workspace) =>
      cached(`settings ${workspace}`, async () => {
        const item = await table.get(keys.workspace(workspace));
        return typeof item?.doc === 'string' ? Workspace.parse(JSON.parse(item.doc)) : undefined;
      }),

    async save(workspace) {
      const listing = { listPk: lists.workspaces(), listSk: workspace.id };
      await table.put({ ...keys.workspace(workspace.id), ...listing, doc: JSON.stringify(workspace) });
      cache.delete(`settings ${workspace.id}`);
    },

    async addKey({ workspace, hash, kind }) {
      await table.put({ ...keys.apiKey(workspace, hash), kind });
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
