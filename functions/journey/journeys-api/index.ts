import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '#lib/aws/env.ts';
import { api } from '#lib/aws/http/api-function.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { placementStore } from '#lib/decision/placements/placement-store.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { enrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { publishStore } from '#lib/journey/publishing/version-store.ts';
import { deployedJourneys } from '#lib/journey/publishing/deployed-journeys.ts';
import { statsStore } from '#lib/journey/insight/journey-stats-store.ts';
import { segmentStore } from '#lib/segment/segment-store.ts';
import { systemClock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { handleJourneyRoutes } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

const workspaces = workspaceStore(table);

export const handler = api(
  workspaces,
  handleJourneyRoutes({
    shipped: deployedJourneys,
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
