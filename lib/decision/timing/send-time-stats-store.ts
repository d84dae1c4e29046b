import { type Table } from '../../aws/table/dynamo-table.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { type Clock, hourMs } from '../../shared/time.ts';
import { WorkspaceSendTimeStats } from './contact-advice.ts';

/** They change by night only. */
const freshMs = hourMs;

export interface SendTimeStatsStore {
  /** What a job has learnt of a workspace's customers; undefined before the first time. Up to an hour old. */
  get(workspace: string): Promise<WorkspaceSendTimeStats | undefined>;
  save(workspace: string, habits: WorkspaceSendTimeStats): Promise<void>;
}

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
