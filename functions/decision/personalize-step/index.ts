import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readEnv } from '#lib/aws/env.ts';
import { composeStepGuard } from '#lib/journey/execution/compose-step-guard.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { endingRefused, refusedEventQueue } from '#lib/aws/refused-events.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { createDecider } from '#lib/decision/choice/decide-offer.ts';
import { placementStore } from '#lib/decision/placements/placement-store.ts';
import { policyStore } from '#lib/decision/policies/policy-store.ts';
import { statsReader } from '#lib/decision/beliefs/offer-stats-store.ts';
import { decisionStore } from '#lib/decision/choice/decision-store.ts';
import { linearReader } from '#lib/decision/beliefs/offer-sums-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { personalizeStep } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);
const profiles = profileStore(table);
const decide = createDecider({
  profiles,
  placements: placementStore(table, clock),
  decisions: decisionStore(table),
  stats: statsReader(table, clock),
  policies: policyStore(table, clock),
  linear: linearReader(table, clock),
});

export const handler = endingRefused(
  personalizeStep({ decide, profiles, gate: composeStepGuard(table, new SFNClient(sdkClientDefaults)), clock }),
  refusedEventQueue(new SQSClient({}), env.DEAD_LETTER_QUEUE_URL),
);
