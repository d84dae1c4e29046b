import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '#lib/aws/env.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { createCustomerReviewer } from '#lib/projection/review/review-customer.ts';
import { modelStore } from '#lib/churn/training/model-store.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { segmentStore } from '#lib/segment/segment-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { reviewDueCustomers } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), readEnv(Env).TABLE_NAME);
const workspaces = workspaceStore(table);

export const handler = reviewDueCustomers({
  table,
  workspaces,
  clock,
  reviewer: createCustomerReviewer({
    profiles: profileStore(table),
    workspaces,
    journeys: journeyStore(table, { clock: clock }),
    segments: segmentStore(table, clock),
    models: modelStore(table, clock),
    clock,
  }),
});
