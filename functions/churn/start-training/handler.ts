import { metricLine, writeLine } from '../../../lib/aws/metrics.ts';
import { type Table } from '../../../lib/aws/table/dynamo-table.ts';
import { startTraining, type StartDependencies } from '../../../lib/churn/training/start-training.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '../../../lib/model/workspace.ts';
import { dueReviews, listShards } from '../../../lib/model/keys/table-keys.ts';

interface Dependencies extends StartDependencies {
  table: Table;
  workspaces: Pick<WorkspaceStore, 'all' | 'settings'>;
}

/** Counts of one run. `empty` workspaces have no customers; each costs four queries. */
export type TrainingStarts = Record<'begun' | 'empty' | 'failed', number>;

/** Starts the weekly training of each workspace. Idempotent: the run is named after the day. */
export function startDueTrainings({ table, workspaces, ...starting }: Dependencies) {
  async function hasCustomers(workspace: string): Promise<boolean> {
    for (let list = 0; list < listShards; list++)
      if ((await table.query(dueReviews(workspace, list), { index: 'byDue', limit: 1 })).length > 0) return true;
    return false;
  }

  async function beginOne(id: string): Promise<keyof TrainingStarts> {
    if (!(await hasCustomers(id))) return 'empty';
    const workspace = (await workspaces.settings(id)) ?? Workspace.parse({ id, name: id });
    await startTraining(starting, workspace, `${id}-${starting.clock.now().slice(0, 10)}`);
    return 'begun';
  }

  return async (): Promise<TrainingStarts> => {
    const begun: TrainingStarts = { begun: 0, empty: 0, failed: 0 };
    for (const id of await workspaces.all())
      try {
        begun[await beginOne(id)]++;
      } catch (error) {
        begun.failed++;
        console.error('training not begun', id, error);
      }
    writeLine(metricLine('begin-training', begun, { now: Date.parse(starting.clock.now()) }));
    return begun;
  };
}
