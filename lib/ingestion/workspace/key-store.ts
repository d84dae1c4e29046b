import { type Table } from '../../aws/table/dynamo-table.ts';
import { keys } from '../../model/table-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { systemClock } from '../../shared/time.ts';
import { type ApiKey, type KeyKind, parseApiKey } from './api-key.ts';

/** How long an environment may use a key that has since been revoked. One read a minute each, not one a request. */
const freshMs = 60_000;

/** API keys, which is all that `collect` needs to know of a workspace. */
export interface KeyStore {
  /** The workspace a key opens, if the key exists and is of this kind. */
  open(kind: KeyKind, key: string): Promise<string | undefined>;
  addKey(key: ApiKey): Promise<void>;
}

export function keyStore(table: Table): KeyStore {
  const kindOf = cacheByKey(systemClock, freshMs, async (text) => {
    const key = parseApiKey(text);
    return key && (await table.get(keys.apiKey(key.workspace, key.hash)))?.kind;
  });

  return {
    async open(kind, text) {
      const key = parseApiKey(text);
      return key?.kind === kind && (await kindOf(text)) === kind ? key.workspace : undefined;
    },

    async addKey({ workspace, hash, kind }) {
      await table.put({ ...keys.apiKey(workspace, hash), kind });
    },
  };
}
