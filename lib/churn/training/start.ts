import { type Executions } from '../../aws/executions.ts';
import { executionArn } from '../../execution-arn.ts';
import { type Histories } from '../../aws/histories.ts';
import { type Workspace } from '../../ingestion/workspace.ts';
import { type Clock } from '../../time.ts';
import { usualDefinition } from '../definition.ts';
import { type ModelStore } from './model-store.ts';
import { isRunning, type Training, type TrainingState } from './state.ts';

export interface StartDependencies {
  models: Pick<ModelStore, 'update'>;
  executions: Pick<Executions, 'start'>;
  histories: Pick<Histories, 'hasFailed'>;
  machineArn: string;
  clock: Clock;
}

type Looking = Pick<StartDependencies, 'histories' | 'machineArn' | 'clock'>;

/** Whether the workspace's training is under way for all that is noted, and its execution has failed: the only thing that knows. */
export async function hasFailed(
  { training, ...state }: TrainingState,
  { histories, machineArn, clock }: Looking,
): Promise<boolean> {
  if (!training || !isRunning({ ...state, training }, clock.now())) return false;
  return histories.hasFailed(executionArn(machineArn, training.run));
}

/**
 * Starts the training of a workspace under a name; one that is under way goes on, and is what is answered. One that failed is given up for the
 * new one, by whoever notes that first. Noted first, then started: who dies in between leaves a training that the next start, under
 * whatever name, starts. The definition goes along, so that all of a training goes by one.
 */
export async function startTraining(
  { models, executions, ...looking }: StartDependencies,
  workspace: Workspace,
  run: string,
): Promise<Training> {
  const now = looking.clock.now();
  const begun: Training = { run, startedAt: now };
  const noteOver = async (given: string | undefined) =>
    models.update(workspace.id, (state) => {
      const isTaken = isRunning(state, now) && state.training?.run !== given;
      return isTaken || state.training?.run === run ? undefined : { ...state, training: begun };
    });
  let state = await noteOver(undefined);
  if (state.training?.run !== run && (await hasFailed(state, looking))) state = await noteOver(state.training?.run);
  const { training = begun } = state;
  if (training.finishedAt === undefined)
    await executions.start(looking.machineArn, training.run, {
      workspace: workspace.id,
      definition: workspace.churn ?? usualDefinition,
    });
  return training;
}
