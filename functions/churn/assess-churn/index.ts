import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readEnv } from '#lib/aws/env.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { endingRefused, refusedEventQueue } from '#lib/aws/refused-events.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { createCustomerReviewer } from '#lib/projection/review/review-customer.ts';
import { modelStore } from '#lib/churn/training/model-store.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { segmentStore } from '#lib/segment/segment-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { assessRisk } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

export const handler = endingRefused(
  assessRisk(
    createCustomerReviewer({
      profiles: profileStore(table),
      workspaces: workspaceStore(table),
      journeys: journeyStore(table, { clock: systemClock }),
      segments: segmentStore(table, systemClock),
      models: modelStore(table, systemClock),
      clock: systemClock,
    }),
  ),
  refusedEventQueue(new SQSClient({}), env.DEAD_LETTER_QUEUE_URL),
);
