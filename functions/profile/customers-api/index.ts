import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '#lib/aws/env.ts';
import { api } from '#lib/aws/http/api-function.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { inAppStore } from '#lib/journey/messaging/channels/in-app-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { handleCustomerRoutes } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);
const workspaces = workspaceStore(table);

export const handler = api(
  workspaces,
  handleCustomerRoutes({ table, workspaces, profiles: profileStore(table), inApp: inAppStore(table), clock }),
);
