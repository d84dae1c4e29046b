import { type Executions } from '../../aws/step-functions/executions.ts';
import { executionArn } from '../../shared/execution-arn.ts';
import { type Histories } from '../../aws/step-functions/execution-histories.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type Clock } from '../../shared/time.ts';
import { defaultChurnDefinition } from '../../model/churn-definition.ts';
import { ThroughlineError } from '../../shared/errors.ts';
import { type QuotaStore } from '../../quota/quota-store.ts';
import { type ModelStore } from './model-store.ts';
import { isRunning, type Training, type TrainingState } from './training-state.ts';

/** What starting on request needs besides. */
export interface RequestDependencies extends StartDependencies {
  models: Pick<ModelStore, 'update' | 'state'>;
  quotas: QuotaStore;
}

/** Stores and services that start a training. */
export interface StartDependencies {
  models: Pick<ModelStore, 'update'>;
  executions: Pick<Executions, 'start'>;
  histories: Pick<Histories, 'hasFailed'>;
  machineArn: string;
  clock: Clock;
}

type Looking = Pick<StartDependencies, 'histories' | 'machineArn' | 'clock'>;

/**
 * Returns whether the recorded training runs but its execution failed, which only the execution
 * knows.
 */
export async function hasFailed(
  { training, ...state }: TrainingState,
  { histories, machineArn, clock }: Looking,
): Promise<boolean> {
  if (!training || !isRunning({ ...state, training }, clock.now())) return false;
  return histories.hasFailed(executionArn(machineArn, training.run));
}

/**
 * Starts a training, or returns the one under way. A failed one is replaced by the first start that
 * records it. The record is written before the execution starts, so after a crash in between the
 * next start, under any name, starts it. The definition is recorded, so that all of a training uses
 * one.
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
      definition: workspace.churn ?? defaultChurnDefinition,
    });
  return training;
}

async function isUnderWay({ models, ...looking }: RequestDependencies, workspace: string): Promise<boolean> {
  const state = await models.state(workspace);
  return isRunning(state, looking.clock.now()) && !(await hasFailed(state, looking));
}

/**
 * Starts a requested training within the workspace's quota. A running one is returned and not
 * counted. Of two concurrent requests the later one returns the training of the earlier, and does
 * not count.
 */
export async function requestTraining(
  dependencies: RequestDependencies,
  workspace: Workspace,
  run: string,
): Promise<Training> {
  const { quotas } = dependencies;
  if (await isUnderWay(dependencies, workspace.id)) return startTraining(dependencies, workspace, run);
  const place = { workspace: workspace.id, work: 'training', id: run } as const;
  try {
    await quotas.acquire(place);
  } catch (error) {
    const isThrottled = error instanceof ThroughlineError && error.kind === 'throttled';
    if (isThrottled && (await isUnderWay(dependencies, workspace.id)))
      return startTraining(dependencies, workspace, run);
    throw error;
  }
  const training = await startTraining(dependencies, workspace, run);
  if (training.run !== run) await quotas.cancel(place);
  return training;
}
