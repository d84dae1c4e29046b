import { randomUUID } from 'node:crypto';
import { type ApiRoutes } from '../../../lib/aws/http/api-function.ts';
import { chooseRiskModel, isTrainedForDefinition } from '../../../lib/churn/choose-risk-model.ts';
import { defaultChurnDefinition } from '../../../lib/model/churn-definition.ts';
import { withScoredRisk } from '../../../lib/churn/review-risk.ts';
import { defaultRiskBands } from '../../../lib/model/churn-risk.ts';
import { scoreOf, type TrainedModel } from '../../../lib/churn/trained-model.ts';
import { withRiskText } from '../../../lib/churn/risk-text.ts';
import { type ModelStore } from '../../../lib/churn/training/model-store.ts';
import { hasFailed, type RequestDependencies, requestTraining } from '../../../lib/churn/training/start-training.ts';
import { type TrainingState } from '../../../lib/churn/training/training-state.ts';
import {
  explainRisk,
  explainDefaultRisk,
  modelView,
  type RiskView,
  trainingView,
} from '../../../lib/churn/training/training-views.ts';
import { NotFound, Rejected } from '../../../lib/shared/errors.ts';
import { customerId } from '../../../lib/model/customer.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '../../../lib/model/workspace.ts';
import { findCustomer } from '../../../lib/profile/views/list-customers.ts';
import { type ProfileStore } from '../../../lib/profile/profile-store.ts';

interface Dependencies extends RequestDependencies {
  models: ModelStore;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  profiles: ProfileStore;
}

function versionIn(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Rejected('churn.version-invalid', { version: text });
  return Number(text);
}

/**
 * Routes of a workspace's churn models and of one customer's risk. POST /v1/churn/train is
 * idempotent while a training runs: it returns the running one.
 */
export function handleModelRoutes({ models, workspaces, profiles, ...starting }: Dependencies): ApiRoutes {
  const { clock } = starting;
  const settingsOf = async (id: string): Promise<Workspace> =>
    (await workspaces.settings(id)) ?? Workspace.parse({ id, name: id });

  /** Returns the trained model in force, or undefined while the default model is. */
  async function inForce(settings: Workspace, { current }: TrainingState): Promise<TrainedModel | undefined> {
    const model = current === undefined ? undefined : await models.get(settings.id, current);
    return model && isTrainedForDefinition(model, settings) ? model : undefined;
  }

  return {
    'GET /v1/churn/model': async ({ workspace, query }) => {
      const [state, settings] = await Promise.all([models.state(workspace), settingsOf(workspace)]);
      const current = await inForce(settings, state);
      const version = query.version === undefined ? (current ?? state.models[0])?.version : versionIn(query.version);
      const shown = version === undefined ? undefined : await models.get(workspace, version);
      if (query.version !== undefined && !shown) throw new NotFound('churn.model-unknown', { version });
      const { churn = defaultChurnDefinition } = settings;
      const failed = await hasFailed(state, starting);
      const terms = { definition: churn, bands: churn.bands ?? defaultRiskBands, now: clock.now(), failed };
      return { body: modelView(state, { shown, inForce: current !== undefined }, terms) };
    },

    'GET /v1/churn/models': async ({ workspace }) => {
      const [state, settings] = await Promise.all([models.state(workspace), settingsOf(workspace)]);
      const current = await inForce(settings, state);
      return { body: { items: state.models, ...(current && { inForce: current.version }) } };
    },

    'POST /v1/churn/train': async ({ workspace }) => {
      const run = `${workspace}-${randomUUID().replaceAll('-', '')}`;
      const training = await requestTraining({ models, ...starting }, await settingsOf(workspace), run);
      return { status: 202, body: trainingView(training, { now: clock.now() }) };
    },

    'GET /v1/customers/{id}/churn': async ({ workspace, params }) => {
      const [profile, settings, trained] = await Promise.all([
        findCustomer(profiles, workspace, params.id ?? ''),
        settingsOf(workspace),
        models.current(workspace),
      ]);
      const now = clock.now();
      const found = withScoredRisk(profile, now, chooseRiskModel(settings, trained));
      // Without a change since the last review, the change that the review stored is shown.
      const risk = found && { ...found, change: found.change ?? profile.churn?.change };
      const scored = trained && risk?.modelVersion !== undefined ? scoreOf(trained, profile, now) : undefined;
      const told = risk && withRiskText(risk);
      const body: RiskView = {
        customerId: customerId(profile.customer),
        ...(told && { risk: told }),
        ...(scored ? explainRisk(scored) : told && explainDefaultRisk(told)),
      };
      return { body };
    },
  };
}
