import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { api } from '../../../lib/aws/http.ts';
import { lean } from '../../../lib/aws/lean.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { webhookSecretStore } from '../../../lib/ingestion/webhook-secret-store.ts';
import { workspaceStore } from '../../../lib/ingestion/store.ts';
import { systemClock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { workspaceRoutes } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);
const workspaces = workspaceStore(table);

export const handler = api(workspaces, workspaceRoutes(workspaces, webhookSecretStore(table, systemClock)));
