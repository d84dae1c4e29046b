import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readEnv } from '../../../lib/aws/env.ts';
import { journeyGate } from '../../../lib/journey/execution/compose-step-guard.ts';
import { lean } from '../../../lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '../../../lib/aws/table/dynamo-table.ts';
import { journeyStore } from '../../../lib/journey/publishing/journey-store.ts';
import { profileStore } from '../../../lib/profile/profile-store.ts';
import { systemClock as clock } from '../../../lib/shared/time.ts';
import { Env } from './env.ts';
import { assign } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);

export const handler = assign({
  profiles: profileStore(table),
  journeys: journeyStore(table, { clock }),
  gate: journeyGate(table, new SFNClient(lean)),
});
