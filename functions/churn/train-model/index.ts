import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '#lib/aws/env.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { modelStore } from '#lib/churn/training/model-store.ts';
import { sampleStore } from '#lib/churn/training/sample-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { trainModel } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), readEnv(Env).TABLE_NAME);

export const handler = trainModel({ samples: sampleStore(table), models: modelStore(table, clock), clock });
