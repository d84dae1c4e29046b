import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { api } from '../../../lib/aws/http.ts';
import { lean } from '../../../lib/aws/lean.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { workspaceStore } from '../../../lib/ingestion/store.ts';
import { mapStore } from '../../../lib/map/map-store.ts';
import { systemClock as clock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { mapRoutes } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);

export const handler = api(workspaceStore(table), mapRoutes({ maps: mapStore(table), clock }));
