import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readEnv } from '../../../lib/aws/env.ts';
import { journeyGate } from '../../../lib/journey/execution/compose-step-guard.ts';
import { lean } from '../../../lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '../../../lib/aws/table/dynamo-table.ts';
import { profileStore } from '../../../lib/profile/profile-store.ts';
import { Env } from './env.ts';
import { update } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);

export const handler = update({ profiles: profileStore(table), gate: journeyGate(table, new SFNClient(lean)) });
