import { type Workspace } from '../ingestion/workspace.ts';
import { type Assessor } from './assessor.ts';
import { coldStart } from './cold-start.ts';
import { type TrainedModel, trainedAssessor } from './trained.ts';

/** Who assesses a workspace's customers: the model it goes by, before there is one the cold start. */
export function assessorOf(
  rules: Pick<Workspace, 'purchaseEvents' | 'churn'>,
  trained: TrainedModel | undefined,
): Assessor {
  const cold = coldStart(rules);
  return trained ? trainedAssessor(trained, cold) : cold;
}
