import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readEnv } from '#lib/aws/env.ts';
import { executionHistories } from '#lib/aws/step-functions/execution-histories.ts';
import { api } from '#lib/aws/http/api-function.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { enrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { publishStore } from '#lib/journey/publishing/version-store.ts';
import { rejectionStore } from '#lib/journey/enrolment/rejection-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { handleTraceRoutes } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

export const handler = api(
  workspaceStore(table),
  handleTraceRoutes({
    profiles: profileStore(table),
    enrolments: enrolmentStore(table),
    refusals: rejectionStore(table),
    journeys: journeyStore(table, { clock: systemClock }),
    drafts: publishStore(table),
    histories: executionHistories(new SFNClient(sdkClientDefaults)),
    stack: env.STACK,
    machines: env.MACHINES,
  }),
);
