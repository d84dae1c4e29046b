import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { eventBus } from '#lib/aws/bus.ts';
import { readEnv } from '#lib/aws/env.ts';
import { api } from '#lib/aws/http/api-function.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { fanOutStore } from '#lib/journey/scheduling/fan-out-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { handleEntryRoutes } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

const routes = handleEntryRoutes({
  journeys: journeyStore(table, { clock }),
  profiles: profileStore(table),
  fanOuts: fanOutStore(table),
  bus: eventBus(new EventBridgeClient(sdkClientDefaults), env.BUS_NAME),
  clock,
  newId: randomUUID,
});

export const handler = api(workspaceStore(table), routes);
