import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { lean } from '../../../lib/aws/lean.ts';
import { writeLine } from '../../../lib/aws/metrics.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { keyStore } from '../../../lib/ingestion/key-store.ts';
import { touchpointStore } from '../../../lib/ingestion/touchpoint-store.ts';
import { systemClock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { collect } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);

export const handler = collect({
  keys: keyStore(table),
  touchpoints: touchpointStore(table),
  clock: systemClock,
  write: writeLine,
});
