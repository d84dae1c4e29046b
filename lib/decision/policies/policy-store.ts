import { type Table } from '../../aws/table/dynamo-table.ts';
import { stripRange } from '../../model/keys/parse-keys.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { type Clock, minuteMs } from '../../shared/time.ts';
import { firstRecord, PolicyRecord } from './policy.ts';

/** Cache time of policies in one environment, ms. A replaced policy may be used that long. */
const usuallyFreshMs = minuteMs;

/** Policies of placements. */
export interface PolicyStore {
  /**
   * Returns the record in force, at most `freshMs` old. Returns the first policy until a job writes
   * another.
   */
  get(workspace: string, placement: string): Promise<PolicyRecord>;
  /** Writes the result of a job. The last write wins. Concurrent jobs compute the same. */
  save(workspace: string, placement: string, record: PolicyRecord): Promise<void>;
}

/** The store over the table. */
export function policyStore(table: Table, clock: Clock, freshMs = usuallyFreshMs): PolicyStore {
  /** Reads all policies of a workspace in one query. */
  const all = cacheByKey(clock, freshMs, async (workspace) => {
    const { pk, sk } = keys.policy(workspace, '');
    const items = await table.query(pk, { prefix: sk });
    return new Map(items.map((item) => [stripRange(item.sk, sk), PolicyRecord.parse(JSON.parse(String(item.doc)))]));
  });

  return {
    get: async (workspace, placement) => (await all(workspace)).get(placement) ?? firstRecord,

    async save(workspace, placement, record) {
      await table.put({ ...keys.policy(workspace, placement), doc: JSON.stringify(record) });
    },
  };
}
