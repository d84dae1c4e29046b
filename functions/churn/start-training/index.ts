import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readEnv } from '#lib/aws/env.ts';
import { stepFunctions } from '#lib/aws/step-functions/executions.ts';
import { executionHistories } from '#lib/aws/step-functions/execution-histories.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { modelStore } from '#lib/churn/training/model-store.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { startDueTrainings } from './handler.ts';

const env = readEnv(Env);
const stepFunctionsClient = new SFNClient(sdkClientDefaults);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

export const handler = startDueTrainings({
  table,
  workspaces: workspaceStore(table),
  models: modelStore(table, clock),
  executions: stepFunctions(stepFunctionsClient),
  histories: executionHistories(stepFunctionsClient),
  machineArn: env.TRAINING_MACHINE_ARN,
  clock,
});
