import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { sampleStore } from '../../../lib/churn/training/sample-store.ts';
import { profileStore } from '../../../lib/profile/store.ts';
import { systemClock as clock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { gather } from './handler.ts';

const table = dynamoTable(new DynamoDBClient({}), readEnv(Env).TABLE_NAME);

export const handler = gather({ table, profiles: profileStore(table), samples: sampleStore(table), clock });
