import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '#lib/aws/env.ts';
import { api } from '#lib/aws/http/api-function.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { webhookSecretStore } from '#lib/ingestion/workspace/webhook-secret-store.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { systemClock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { handleWorkspaceRoutes } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), readEnv(Env).TABLE_NAME);
const workspaces = workspaceStore(table);

export const handler = api(workspaces, handleWorkspaceRoutes(workspaces, webhookSecretStore(table, systemClock)));
