import { randomUUID } from 'node:crypto';
import { type ApiRequest, type ApiResponse, type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { isTrainedForDefinition } from '#lib/churn/choose-risk-model.ts';
import { defaultChurnDefinition } from '#lib/model/churn-definition.ts';
import { defaultRiskBands } from '#lib/model/churn-risk.ts';
import { type TrainedModel } from '#lib/churn/trained-model.ts';
import { type ModelStore } from '#lib/churn/training/model-store.ts';
import { hasFailed, type RequestDependencies, requestTraining } from '#lib/churn/training/start-training.ts';
import { type TrainingState } from '#lib/churn/training/training-state.ts';
import { modelView, riskView, trainingView } from '#lib/churn/training/training-views.ts';
import { NotFound, Rejected } from '#lib/shared/errors.ts';
import { compact } from '#lib/shared/records.ts';
import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '#lib/model/workspace.ts';
import { findCustomer } from '#lib/profile/views/list-customers.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';

interface Dependencies extends RequestDependencies {
  models: ModelStore;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  profiles: ProfileStore;
}

function versionIn(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Rejected('churn.version-invalid', { version: text });
  return Number(text);
}

async function readSettings({ workspaces }: Dependencies, id: string): Promise<Workspace> {
  return (await workspaces.settings(id)) ?? Workspace.parse({ id, name: id });
}

/**
 * A workspace's trainings and settings, and its trained model unless the default model is in force.
 */
interface WorkspaceModels {
  state: TrainingState;
  settings: Workspace;
  current: TrainedModel | undefined;
}

async function readModels(dependencies: Dependencies, workspace: string): Promise<WorkspaceModels> {
  const { models } = dependencies;
  const [state, settings] = await Promise.all([models.state(workspace), readSettings(dependencies, workspace)]);
  const model = state.current === undefined ? undefined : await models.get(settings.id, state.current);
  return { state, settings, current: model && isTrainedForDefinition(model, settings) ? model : undefined };
}

async function showModel(dependencies: Dependencies, { workspace, query }: ApiRequest): Promise<ApiResponse> {
  const { models, clock } = dependencies;
  const { state, settings, current } = await readModels(dependencies, workspace);
  const version = query.version === undefined ? (current ?? state.models[0])?.version : versionIn(query.version);
  const shown = version === undefined ? undefined : await models.get(workspace, version);
  if (query.version !== undefined && !shown) throw new NotFound('churn.model-unknown', { version });
  const { churn = defaultChurnDefinition } = settings;
  const failed = await hasFailed(state, dependencies);
  const terms = { definition: churn, bands: churn.bands ?? defaultRiskBands, now: clock.now(), failed };
  return { body: modelView(state, { shown, inForce: current !== undefined }, terms) };
}

async function listModels(dependencies: Dependencies, { workspace }: ApiRequest): Promise<ApiResponse> {
  const { state, current } = await readModels(dependencies, workspace);
  return { body: compact({ items: state.models, inForce: current?.version }) };
}

async function train(dependencies: Dependencies, { workspace }: ApiRequest): Promise<ApiResponse> {
  const run = `${workspace}-${randomUUID().replaceAll('-', '')}`;
  const training = await requestTraining(dependencies, await readSettings(dependencies, workspace), run);
  return { status: 202, body: trainingView(training, { now: dependencies.clock.now() }) };
}

async function showRisk(dependencies: Dependencies, { workspace, params }: ApiRequest): Promise<ApiResponse> {
  const { models, profiles, clock } = dependencies;
  const [profile, settings, trained] = await Promise.all([
    findCustomer(profiles, workspace, params.id ?? ''),
    readSettings(dependencies, workspace),
    models.current(workspace),
  ]);
  return { body: riskView(profile, { settings, trained }, clock.now()) };
}

/**
 * Routes of a workspace's churn models and of one customer's risk. POST /v1/churn/train is
 * idempotent while a training runs: it returns the running one.
 */
export function handleModelRoutes(dependencies: Dependencies): ApiRoutes {
  return {
    'GET /v1/churn/model': (request) => showModel(dependencies, request),
    'GET /v1/churn/models': (request) => listModels(dependencies, request),
    'POST /v1/churn/train': (request) => train(dependencies, request),
    'GET /v1/customers/{id}/churn': (request) => showRisk(dependencies, request),
  };
}
