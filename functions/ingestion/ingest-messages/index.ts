import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '#lib/aws/env.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { writeLine } from '#lib/aws/metrics.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { keyStore } from '#lib/ingestion/workspace/key-store.ts';
import { touchpointStore } from '#lib/ingestion/message/touchpoint-store.ts';
import { systemClock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { ingestMessages } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), readEnv(Env).TABLE_NAME);

export const handler = ingestMessages({
  keys: keyStore(table),
  touchpoints: touchpointStore(table),
  clock: systemClock,
  write: writeLine,
});
