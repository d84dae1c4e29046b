import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { eventBus } from '#lib/aws/bus.ts';
import { readEnv } from '#lib/aws/env.ts';
import { composeStepGuard } from '#lib/journey/execution/compose-step-guard.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { Env } from './env.ts';
import { publishStepEvent } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

export const handler = publishStepEvent({
  profiles: profileStore(table),
  gate: composeStepGuard(table, new SFNClient(sdkClientDefaults)),
  bus: eventBus(new EventBridgeClient(sdkClientDefaults), env.BUS_NAME),
});
