import { type Executions } from '../../aws/executions.ts';
import { type Workspace } from '../../ingestion/workspace.ts';
import { type Clock } from '../../time.ts';
import { usualDefinition } from '../definition.ts';
import { type ModelStore } from './model-store.ts';
import { isRunning, type Training } from './state.ts';

export interface StartDependencies {
  models: Pick<ModelStore, 'update'>;
  executions: Pick<Executions, 'start'>;
  machineArn: string;
  clock: Clock;
}

/**
 * Starts the training of a workspace under a name; one that is under way goes on, and is what is answered. Noted first, then started: who
 * dies in between leaves a training that the next start, under whatever name, starts. The definition goes along, so that all of a
 * training goes by one.
 */
export async function startTraining(
  { models, executions, machineArn, clock }: StartDependencies,
  workspace: Workspace,
  run: string,
): Promise<Training> {
  const now = clock.now();
  const { training } = await models.update(workspace.id, (state) =>
    isRunning(state, now) || state.training?.run === run ? undefined : { ...state, training: { run, startedAt: now } },
  );
  const noted = training ?? { run, startedAt: now };
  if (noted.finishedAt === undefined)
    await executions.start(machineArn, noted.run, {
      workspace: workspace.id,
      definition: workspace.churn ?? usualDefinition,
    });
  return noted;
}
