import { type Table } from '../../aws/table/dynamo-table.ts';
import { keys } from '../../model/table-keys.ts';
import { remember } from '../../shared/cache.ts';
import { type Clock } from '../../shared/time.ts';
import { WorkspaceHabits } from './contact-advice.ts';

/** They change by night only. */
const freshMs = 3_600_000;

export interface HabitsStore {
  /** What a job has learnt of a workspace's customers; undefined before the first time. Up to an hour old. */
  get(workspace: string): Promise<WorkspaceHabits | undefined>;
  save(workspace: string, habits: WorkspaceHabits): Promise<void>;
}

export function habitsStore(table: Table, clock: Clock): HabitsStore {
  const read = remember(clock, freshMs, async (workspace) => {
    const item = await table.get(keys.habits(workspace));
    return typeof item?.doc === 'string' ? WorkspaceHabits.parse(JSON.parse(item.doc)) : undefined;
  });

  return {
    get: read,
    async save(workspace, habits) {
      await table.put({ ...keys.habits(workspace), doc: JSON.stringify(habits) });
      read.forget(workspace);
    },
  };
}
