import { type Workspace } from '../model/workspace.ts';
import { type RiskModel } from './risk-model.ts';
import { createDefaultRiskModel } from './default-model.ts';
import { type ChurnDefinition, defaultChurnDefinition } from '../model/churn-definition.ts';
import { type TrainedModel, createTrainedRiskModel } from './trained-model.ts';

type Rules = Pick<Workspace, 'purchaseEvents' | 'churn'>;

const named = ({ keyEvents }: ChurnDefinition): string => JSON.stringify(keyEvents && [...keyEvents].sort());

/**
 * Returns whether a model forecasts what the workspace defines now: the same key events within the
 * same horizon.
 */
export function isTrainedForDefinition(
  { definition }: Pick<TrainedModel, 'definition'>,
  { churn = defaultChurnDefinition }: Rules,
): boolean {
  return definition.horizonDays === churn.horizonDays && named(definition) === named(churn);
}

/**
 * Returns the risk model of a workspace: the trained one, or the cold start if none fits its
 * definition.
 */
export function chooseRiskModel(rules: Rules, trained: TrainedModel | undefined): RiskModel {
  const cold = createDefaultRiskModel(rules);
  return trained && isTrainedForDefinition(trained, rules) ? createTrainedRiskModel(trained, cold) : cold;
}
