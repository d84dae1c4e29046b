import * as z from 'zod';
import { type Table } from '../../aws/table/dynamo-table.ts';
import { Unavailable } from '../../shared/errors.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
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

export interface ModelStore {
  /**
   * The model a workspace goes by, remembered a minute; undefined while that is the cold start. One of another
   * format, from before an upgrade, is as none until the next training. Two reads.
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

const maxTries = 8;

export function modelStore(table: Table, clock: Clock, freshMs = usuallyFreshMs): ModelStore {
  async function read(workspace: string): Promise<{ state: TrainingState; rev: number }> {
    const item = await table.get(keys.churnState(workspace), { consistent: true });
    if (typeof item?.doc !== 'string') return { state: noTraining, rev: 0 };
    return { state: TrainingState.parse(JSON.parse(item.doc)), rev: Number(item.rev) };
  }

  const stateItem = (workspace: string, state: TrainingState, rev: number) => ({
    put: { ...keys.churnState(workspace), rev: rev + 1, doc: JSON.stringify(state) },
    if: ifRevision(rev),
  });

  async function get(workspace: string, version: number): Promise<TrainedModel | undefined> {
    const item = await table.get(keys.churnModel(workspace, version));
    if (typeof item?.doc !== 'string') return undefined;
    const doc: unknown = JSON.parse(item.doc);
    return AnyFormat.parse(doc).model.version === modelFormat ? { version, ...Stored.parse(doc) } : undefined;
  }

  const current = cacheByKey(clock, freshMs, async (workspace) => {
    const { state } = await read(workspace);
    return state.current === undefined ? undefined : get(workspace, state.current);
  });

  return {
    current,
    get,
    state: async (workspace) => (await read(workspace)).state,

    async update(workspace, change) {
      for (let tries = 0; tries < maxTries; tries++) {
        const { state, rev } = await read(workspace);
        const changed = change(state);
        if (!changed) return state;
        const write = stateItem(workspace, changed, rev);
        if (await table.put(write.put, write.if)) return changed;
      }
      throw new Unavailable('churn.contended', { workspace });
    },

    async publish(workspace, { definition, model, line }) {
      for (let tries = 0; tries < maxTries; tries++) {
        const { state, rev } = await read(workspace);
        const known = state.models.find(({ run }) => run === line.run);
        if (known) return known;
        const made = { ...line, version: (state.models[0]?.version ?? 0) + 1 };
        const row = { ...keys.churnModel(workspace, made.version), doc: JSON.stringify({ definition, model }) };
        if (await table.transact([stateItem(workspace, withModel(state, made), rev), { put: row, if: ifAbsent }])) {
          current.forget(workspace);
          return made;
        }
      }
      throw new Unavailable('churn.contended', { workspace });
    },
  };
}
