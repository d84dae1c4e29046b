import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { api } from '../../../lib/aws/http.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { workspaceStore } from '../../../lib/ingestion/store.ts';
import { Env } from './env.ts';
import { workspaceRoutes } from './handler.ts';

const workspaces = workspaceStore(dynamoTable(new DynamoDBClient({}), readEnv(Env).TABLE_NAME));

export const handler = api(workspaces, workspaceRoutes(workspaces));
