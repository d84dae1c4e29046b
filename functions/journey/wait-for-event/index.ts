import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readEnv } from '#lib/aws/env.ts';
import { stepFunctions } from '#lib/aws/step-functions/executions.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { pausedStepStore } from '#lib/journey/execution/paused-step-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { touchpointsSince } from '#lib/profile/touchpoint-reader-store.ts';
import { taskStore } from '#lib/journey/execution/human-task-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { waitForTouchpoint } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), readEnv(Env).TABLE_NAME);

export const handler = waitForTouchpoint({
  profiles: profileStore(table),
  workspaces: workspaceStore(table),
  journeys: journeyStore(table, { clock: systemClock }),
  held: pausedStepStore(table),
  tasks: taskStore(table),
  executions: stepFunctions(new SFNClient(sdkClientDefaults)),
  touchpointsSince: (profile, since) => touchpointsSince(table, profile, since),
});
