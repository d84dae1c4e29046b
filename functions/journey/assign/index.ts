import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readEnv } from '../../../lib/aws/env.ts';
import { journeyGate } from '../../../lib/aws/journey-gate.ts';
import { lean } from '../../../lib/aws/lean.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { journeyStore } from '../../../lib/journey/journey-store.ts';
import { profileStore } from '../../../lib/profile/store.ts';
import { systemClock as clock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { assign } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);

export const handler = assign({
  profiles: profileStore(table),
  journeys: journeyStore(table, { clock }),
  gate: journeyGate(table, new SFNClient(lean)),
});
