import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { eventBus } from '#lib/aws/bus.ts';
import { readEnv } from '#lib/aws/env.ts';
import { api } from '#lib/aws/http/api-function.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { placementStore } from '#lib/decision/placements/placement-store.ts';
import { policyStore } from '#lib/decision/policies/policy-store.ts';
import { statsReader } from '#lib/decision/beliefs/offer-stats-store.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { handlePlacementRoutes } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

export const handler = api(
  workspaceStore(table),
  handlePlacementRoutes({
    // No cache: an editor of placements must read what is stored now.
    placements: placementStore(table, clock, 0),
    policies: policyStore(table, clock, 0),
    stats: statsReader(table, clock),
    bus: eventBus(new EventBridgeClient(sdkClientDefaults), env.BUS_NAME),
    clock,
  }),
);
