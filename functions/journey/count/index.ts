import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { lean } from '../../../lib/aws/lean.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { journeyStore } from '../../../lib/journey/journey-store.ts';
import { statsStore } from '../../../lib/journey/stats-store.ts';
import { systemClock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { count } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);

export const handler = count({
  stats: statsStore(table),
  journeys: journeyStore(table, { clock: systemClock }),
  clock: systemClock,
});
