import { type Table } from '../../aws/table/dynamo-table.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { type Clock, hourMs } from '../../shared/time.ts';
import { WorkspaceSendTimeStats } from './contact-advice.ts';

/** They change by night only. */
const freshMs = hourMs;

/** Stores the send-time statistics of workspaces. */
export interface SendTimeStatsStore {
  /**
   * Returns the learnt statistics of a workspace, up to an hour old. Undefined before the first
   * job.
   */
  get(workspace: string): Promise<WorkspaceSendTimeStats | undefined>;
  save(workspace: string, habits: WorkspaceSendTimeStats): Promise<void>;
}

/** The store over the table. */
export function sendTimeStatsStore(table: Table, clock: Clock): SendTimeStatsStore {
  const read = cacheByKey(clock, freshMs, async (workspace) => {
    const item = await table.get(keys.habits(workspace));
    return typeof item?.doc === 'string' ? WorkspaceSendTimeStats.parse(JSON.parse(item.doc)) : undefined;
  });

  return {
    get: read,
    async save(workspace, habits) {
      await table.put({ ...keys.habits(workspace), doc: JSON.stringify(habits) });
      read.forget(workspace);
    },
  };
}
