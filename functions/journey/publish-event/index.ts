import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { eventBus } from '../../../lib/aws/bus.ts';
import { readEnv } from '../../../lib/aws/env.ts';
import { journeyGate } from '../../../lib/journey/execution/compose-step-guard.ts';
import { lean } from '../../../lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '../../../lib/aws/table/dynamo-table.ts';
import { profileStore } from '../../../lib/profile/profile-store.ts';
import { Env } from './env.ts';
import { emit } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(lean), env.TABLE_NAME);

export const handler = emit({
  profiles: profileStore(table),
  gate: journeyGate(table, new SFNClient(lean)),
  bus: eventBus(new EventBridgeClient(lean), env.BUS_NAME),
});
