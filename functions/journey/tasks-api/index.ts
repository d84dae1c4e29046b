import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readEnv } from '#lib/aws/env.ts';
import { stepFunctions } from '#lib/aws/step-functions/executions.ts';
import { api } from '#lib/aws/http/api-function.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { taskStore } from '#lib/journey/execution/human-task-store.ts';
import { systemClock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { handleTaskRoutes } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), readEnv(Env).TABLE_NAME);

const routes = handleTaskRoutes({
  tasks: taskStore(table),
  executions: stepFunctions(new SFNClient(sdkClientDefaults)),
  clock: systemClock,
});

export const handler = api(workspaceStore(table), routes);
