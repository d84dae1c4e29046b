import { type Table } from '../../aws/table/dynamo-table.ts';
import { keys } from '../../model/table-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { type Clock } from '../../shared/time.ts';
import { firstRecord, PolicyRecord } from './policy.ts';

/** How long an environment may decide by a policy that has been replaced. */
const usuallyFreshMs = 60_000;

export interface PolicyStore {
  /** What is in force at a placement, as old as the store was told it may be: the first policy until a job has written another. */
  get(workspace: string, placement: string): Promise<PolicyRecord>;
  /** Writes what a job has found. Two jobs at a time find the same: the later stands. */
  save(workspace: string, placement: string, record: PolicyRecord): Promise<void>;
}

export function policyStore(table: Table, clock: Clock, freshMs = usuallyFreshMs): PolicyStore {
  /** All of a workspace's policies in one query a minute. */
  const all = cacheByKey(clock, freshMs, async (workspace) => {
    const { pk, sk } = keys.policy(workspace, '');
    const items = await table.query(pk, { prefix: sk });
    return new Map(items.map((item) => [item.sk.slice(sk.length), PolicyRecord.parse(JSON.parse(String(item.doc)))]));
  });

  return {
    get: async (workspace, placement) => (await all(workspace)).get(placement) ?? firstRecord,

    async save(workspace, placement, record) {
      await table.put({ ...keys.policy(workspace, placement), doc: JSON.stringify(record) });
    },
  };
}
