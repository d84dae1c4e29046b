import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { deadLetterQueue } from '../../../lib/aws/dead-letters.ts';
import { readEnv } from '../../../lib/aws/env.ts';
import { lean } from '../../../lib/aws/lean.ts';
import { streamLimits } from '../../../lib/aws/stream-limits.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { modelStore } from '../../../lib/churn/training/model-store.ts';
import { workspaceStore } from '../../../lib/ingestion/store.ts';
import { journeyStore } from '../../../lib/journey/journey-store.ts';
import { segmentStore } from '../../../lib/profile/segment-store.ts';
import { profileStore } from '../../../lib/profile/store.ts';
import { systemClock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { projector } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(lean), env.TABLE_NAME);

export const handler = projector({
  table,
  profiles: profileStore(table),
  workspaces: workspaceStore(table),
  journeys: journeyStore(table, { clock: systemClock }),
  segments: segmentStore(table, systemClock),
  models: modelStore(table, systemClock),
  deadLetters: deadLetterQueue(new SQSClient({}), env.DEAD_LETTER_QUEUE_URL),
  limits: streamLimits,
  clock: systemClock,
});
