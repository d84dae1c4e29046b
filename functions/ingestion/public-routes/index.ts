import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { sdkClientDefaults } from '../../../lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '../../../lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { Env } from './env.ts';
import { answerPublicRoute } from './handler.ts';

/** Put in by the build: what makes the document is far larger than the document. */
declare const OPENAPI_DOCUMENT: string;

/** Whoever asks how we are wants to hear so at once, also when nobody answers us. */
const client = new DynamoDBClient({ ...sdkClientDefaults, maxAttempts: 1 });
const table = dynamoTable(client, readEnv(Env).TABLE_NAME);

export const handler = answerPublicRoute({ workspaces: workspaceStore(table), openapi: OPENAPI_DOCUMENT });
