import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { api } from '../../../lib/aws/http.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { placementStore } from '../../../lib/decision/placement-store.ts';
import { workspaceStore } from '../../../lib/ingestion/store.ts';
import { systemClock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { placementRoutes } from './handler.ts';

const table = dynamoTable(new DynamoDBClient({}), readEnv(Env).TABLE_NAME);

/** Who edits a placement sees what is stored, not what was a minute ago. */
const placements = placementStore(table, systemClock, 0);

export const handler = api(workspaceStore(table), placementRoutes(placements));
