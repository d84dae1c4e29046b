import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { deadLetterQueue } from '#lib/aws/dead-letters.ts';
import { readEnv } from '#lib/aws/env.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { streamLimits } from '#lib/aws/table/stream-limits.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { modelStore } from '#lib/churn/training/model-store.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { segmentStore } from '#lib/segment/segment-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { createProjector } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

export const handler = createProjector({
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
