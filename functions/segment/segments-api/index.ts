import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { eventBus } from '#lib/aws/bus.ts';
import { readEnv } from '#lib/aws/env.ts';
import { api } from '#lib/aws/http/api-function.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { createMembershipIndex } from '#lib/segment/membership-index.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { segmentStore } from '#lib/segment/segment-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { handleSegmentRoutes } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

const routes = handleSegmentRoutes({
  segments: segmentStore(table, clock),
  directory: createMembershipIndex(table),
  profiles: profileStore(table),
  bus: eventBus(new EventBridgeClient(sdkClientDefaults), env.BUS_NAME),
  clock,
});

export const handler = api(workspaceStore(table), routes);
