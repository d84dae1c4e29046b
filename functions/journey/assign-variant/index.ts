import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readEnv } from '#lib/aws/env.ts';
import { composeStepGuard } from '#lib/journey/execution/compose-step-guard.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { assignVariant } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), readEnv(Env).TABLE_NAME);

export const handler = assignVariant({
  profiles: profileStore(table),
  journeys: journeyStore(table, { clock }),
  gate: composeStepGuard(table, new SFNClient(sdkClientDefaults)),
});
