import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { api } from '../../../lib/aws/http.ts';
import { lean } from '../../../lib/aws/lean.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { placementStore } from '../../../lib/decision/placement-store.ts';
import { workspaceStore } from '../../../lib/ingestion/store.ts';
import { enrolmentStore } from '../../../lib/journey/enrolment-store.ts';
import { journeyStore } from '../../../lib/journey/journey-store.ts';
import { publishStore } from '../../../lib/journey/publish-store.ts';
import { shippedJourneys } from '../../../lib/journey/shipped.ts';
import { statsStore } from '../../../lib/journey/stats-store.ts';
import { segmentStore } from '../../../lib/profile/segment-store.ts';
import { systemClock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { journeyRoutes } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(lean), env.TABLE_NAME);

const workspaces = workspaceStore(table);

export const handler = api(
  workspaces,
  journeyRoutes({
    shipped: shippedJourneys,
    workspaces,
    journeys: journeyStore(table, { clock: systemClock }),
    drafts: publishStore(table),
    enrolments: enrolmentStore(table),
    stats: statsStore(table),
    segments: segmentStore(table, systemClock),
    placements: placementStore(table, systemClock),
    clock: systemClock,
    local: env.AWS_ENDPOINT_URL_DYNAMODB !== undefined,
  }),
);
