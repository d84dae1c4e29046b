import { type Workspace } from '../model/workspace.ts';
import { type Assessor } from './risk-model.ts';
import { coldStart } from './default-model.ts';
import { type ChurnDefinition, usualDefinition } from '../model/churn-definition.ts';
import { type TrainedModel, trainedAssessor } from './trained-model.ts';

type Rules = Pick<Workspace, 'purchaseEvents' | 'churn'>;

const named = ({ keyEvents }: ChurnDefinition): string => JSON.stringify(keyEvents && [...keyEvents].sort());

/** Whether a model forecasts what the workspace asks now: the same key events within the same horizon. */
export function isOfDefinition(
  { definition }: Pick<TrainedModel, 'definition'>,
  { churn = usualDefinition }: Rules,
): boolean {
  return definition.horizonDays === churn.horizonDays && named(definition) === named(churn);
}

/** Who assesses a workspace's customers: the model it goes by; before there is one of what is asked now, the cold start. */
export function assessorOf(rules: Rules, trained: TrainedModel | undefined): Assessor {
  const cold = coldStart(rules);
  return trained && isOfDefinition(trained, rules) ? trainedAssessor(trained, cold) : cold;
}
