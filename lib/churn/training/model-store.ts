import * as z from 'zod';
import { type Table } from '../../aws/table/dynamo-table.ts';
import { Unavailable } from '../../shared/errors.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { conflict, retryOnConflict } from '../../shared/retry.ts';
import { type Clock, minuteMs } from '../../shared/time.ts';
import { ChurnDefinition } from '../../model/churn-definition.ts';
import { ChurnModel, modelFormat } from '../fitted-model/churn-model.ts';
import { type TrainedModel } from '../trained-model.ts';
import { type ModelSummary, noTraining, TrainingState, withModel } from './training-state.ts';
import { ifAbsent, ifRevision } from '../../aws/table/conditions.ts';

/** How long an environment may use a replaced model, ms. */
const usuallyFreshMs = minuteMs;

const Stored = z.object({ definition: ChurnDefinition, model: ChurnModel });
const AnyFormat = z.object({ model: z.object({ version: z.number() }) });

/** A model from training, before it has a version. */
export interface TrainedModelRow {
  definition: ChurnDefinition;
  model: ChurnModel;
  line: Omit<ModelSummary, 'version'>;
}

/** Reads and writes a workspace's models and the state of its training. */
export interface ModelStore {
  /**
   * Returns the model in force, at most a minute old. Undefined while the default model is in
   * force, and for a model of an earlier format until the next training. Two reads.
   */
  current(workspace: string): Promise<TrainedModel | undefined>;
  get(workspace: string, version: number): Promise<TrainedModel | undefined>;
  state(workspace: string): Promise<TrainingState>;
  /**
   * Changes the state over the revision read, and retries a conflict. `undefined` changes nothing.
   * Returns the resulting state.
   */
  update(workspace: string, change: (state: TrainingState) => TrainingState | undefined): Promise<TrainingState>;
  /**
   * Stores a model, and makes it current if it is good enough. Idempotent by run. Returns its
   * summary.
   */
  publish(workspace: string, trained: TrainedModelRow): Promise<ModelSummary>;
}

/** A workspace's state with its revision, 0 if none is stored. */
interface StoredState {
  state: TrainingState;
  rev: number;
}

async function readState(table: Table, workspace: string): Promise<StoredState> {
  const item = await table.get(keys.churnState(workspace), { consistent: true });
  if (typeof item?.doc !== 'string') return { state: noTraining, rev: 0 };
  return { state: TrainingState.parse(JSON.parse(item.doc)), rev: Number(item.rev) };
}

const stateWrite = (workspace: string, { state, rev }: StoredState) => ({
  put: { ...keys.churnState(workspace), rev: rev + 1, doc: JSON.stringify(state) },
  if: ifRevision(rev),
});

async function readModel(table: Table, workspace: string, version: number): Promise<TrainedModel | undefined> {
  const item = await table.get(keys.churnModel(workspace, version));
  if (typeof item?.doc !== 'string') return undefined;
  const doc: unknown = JSON.parse(item.doc);
  return AnyFormat.parse(doc).model.version === modelFormat ? { version, ...Stored.parse(doc) } : undefined;
}

async function readCurrent(table: Table, workspace: string): Promise<TrainedModel | undefined> {
  const { state } = await readState(table, workspace);
  return state.current === undefined ? undefined : readModel(table, workspace, state.current);
}

const attempts = (workspace: string) => ({
  maxTries: 8,
  contended: () => new Unavailable('churn.contended', { workspace }),
});

function updateState(
  table: Table,
  workspace: string,
  change: (state: TrainingState) => TrainingState | undefined,
): Promise<TrainingState> {
  return retryOnConflict(attempts(workspace), async () => {
    const { state, rev } = await readState(table, workspace);
    const changed = change(state);
    if (!changed) return state;
    const write = stateWrite(workspace, { state: changed, rev });
    return (await table.put(write.put, write.if)) ? changed : conflict;
  });
}

function publishModel(table: Table, workspace: string, trained: TrainedModelRow): Promise<ModelSummary> {
  const { definition, model, line } = trained;
  return retryOnConflict(attempts(workspace), async () => {
    const { state, rev } = await readState(table, workspace);
    const known = state.models.find(({ run }) => run === line.run);
    if (known) return known;
    const summary = { ...line, version: (state.models[0]?.version ?? 0) + 1 };
    const row = { ...keys.churnModel(workspace, summary.version), doc: JSON.stringify({ definition, model }) };
    const write = stateWrite(workspace, { state: withModel(state, summary), rev });
    return (await table.transact([write, { put: row, if: ifAbsent }])) ? summary : conflict;
  });
}

/** The store over the table. `freshMs` is how long a current model is cached. */
export function modelStore(table: Table, clock: Clock, freshMs = usuallyFreshMs): ModelStore {
  const current = cacheByKey(clock, freshMs, (workspace) => readCurrent(table, workspace));
  return {
    current,
    get: (workspace, version) => readModel(table, workspace, version),
    state: async (workspace) => (await readState(table, workspace)).state,
    update: (workspace, change) => updateState(table, workspace, change),
    async publish(workspace, trained) {
      const summary = await publishModel(table, workspace, trained);
      current.forget(workspace);
      return summary;
    },
  };
}
