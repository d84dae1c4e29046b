import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { lean } from '../../../lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '../../../lib/aws/table/dynamo-table.ts';
import { modelStore } from '../../../lib/churn/training/model-store.ts';
import { sampleStore } from '../../../lib/churn/training/sample-store.ts';
import { systemClock as clock } from '../../../lib/shared/time.ts';
import { Env } from './env.ts';
import { learn } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);

export const handler = learn({ samples: sampleStore(table), models: modelStore(table, clock), clock });
