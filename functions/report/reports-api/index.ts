import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { eventBus } from '#lib/aws/bus.ts';
import { readEnv } from '#lib/aws/env.ts';
import { api } from '#lib/aws/http/api-function.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { mapStore } from '#lib/map/map-store.ts';
import { segmentStore } from '#lib/segment/segment-store.ts';
import { quotaStore } from '#lib/quota/quota-store.ts';
import { reportStore } from '#lib/report/report-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { handleReportRoutes } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

export const handler = api(
  workspaceStore(table),
  handleReportRoutes({
    reports: reportStore(table),
    maps: mapStore(table),
    segments: segmentStore(table, clock),
    quotas: quotaStore(table, clock),
    bus: eventBus(new EventBridgeClient(sdkClientDefaults), env.BUS_NAME),
    clock,
  }),
);
