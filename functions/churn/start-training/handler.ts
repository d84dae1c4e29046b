import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { type Table } from '#lib/aws/table/dynamo-table.ts';
import { startTraining, type StartDependencies } from '#lib/churn/training/start-training.ts';
import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '#lib/model/workspace.ts';
import { dueReviews, listShards } from '#lib/model/keys/table-keys.ts';

interface Dependencies extends StartDependencies {
  table: Table;
  workspaces: Pick<WorkspaceStore, 'all' | 'settings'>;
}

/** Counts of one run. `empty` workspaces have no customers; each costs four queries. */
export type TrainingStarts = Record<'begun' | 'empty' | 'failed', number>;

async function hasCustomers(table: Table, workspace: string): Promise<boolean> {
  for (let list = 0; list < listShards; list++)
    if ((await table.query(dueReviews(workspace, list), { index: 'byDue', limit: 1 })).length > 0) return true;
  return false;
}

async function startOne(dependencies: Dependencies, id: string): Promise<'begun' | 'empty'> {
  const { table, workspaces, clock } = dependencies;
  if (!(await hasCustomers(table, id))) return 'empty';
  const workspace = (await workspaces.settings(id)) ?? Workspace.parse({ id, name: id });
  await startTraining(dependencies, workspace, `${id}-${clock.now().slice(0, 10)}`);
  return 'begun';
}

/** Starts one training. A failure is logged and does not stop the others. */
async function tryStart(dependencies: Dependencies, id: string): Promise<keyof TrainingStarts> {
  try {
    return await startOne(dependencies, id);
  } catch (error) {
    console.error('training not begun', id, error);
    return 'failed';
  }
}

/** Starts the weekly training of each workspace. Idempotent: the run is named after the day. */
export function startDueTrainings(dependencies: Dependencies) {
  return async (): Promise<TrainingStarts> => {
    const starts: TrainingStarts = { begun: 0, empty: 0, failed: 0 };
    for (const id of await dependencies.workspaces.all()) starts[await tryStart(dependencies, id)]++;
    writeLine(metricLine('begin-training', starts, { now: Date.parse(dependencies.clock.now()) }));
    return starts;
  };
}
