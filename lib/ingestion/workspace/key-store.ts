import { type Table } from '../../aws/table/dynamo-table.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { systemClock, minuteMs } from '../../shared/time.ts';
import { type ApiKey, type KeyKind, parseApiKey } from './api-key.ts';

/**
 * How long an environment may accept a revoked key, ms. Costs one read a minute, not one a request.
 */
const freshMs = minuteMs;

/** Reads and writes API keys, the only part of a workspace that `collect` needs. */
export interface KeyStore {
  /** Returns the workspace of a key, if it exists and is of this kind. */
  open(kind: KeyKind, key: string): Promise<string | undefined>;
  addKey(key: ApiKey): Promise<void>;
}

/** The store over the table. */
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
