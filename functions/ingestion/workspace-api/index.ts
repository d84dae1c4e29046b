import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { api } from '../../../lib/aws/http/api-function.ts';
import { lean } from '../../../lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '../../../lib/aws/table/dynamo-table.ts';
import { webhookSecretStore } from '../../../lib/ingestion/workspace/webhook-secret-store.ts';
import { workspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { systemClock } from '../../../lib/shared/time.ts';
import { Env } from './env.ts';
import { workspaceRoutes } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);
const workspaces = workspaceStore(table);

export const handler = api(workspaces, workspaceRoutes(workspaces, webhookSecretStore(table, systemClock)));
