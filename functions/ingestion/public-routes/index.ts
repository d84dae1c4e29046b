import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '#lib/aws/env.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { Env } from './env.ts';
import { answerPublicRoute } from './handler.ts';

/**
 * Inserted by the build, because the code that makes the document is far larger than the document.
 */
declare const OPENAPI_DOCUMENT: string;

/** One attempt a read, so that a health check answers at once even if the table does not. */
const client = new DynamoDBClient({ ...sdkClientDefaults, maxAttempts: 1 });
const table = dynamoTable(client, readEnv(Env).TABLE_NAME);

export const handler = answerPublicRoute({ workspaces: workspaceStore(table), openapi: OPENAPI_DOCUMENT });
