import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { eventBus } from '#lib/aws/bus.ts';
import { deadLetterQueue } from '#lib/aws/dead-letters.ts';
import { readEnv } from '#lib/aws/env.ts';
import { stepFunctions } from '#lib/aws/step-functions/executions.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { streamLimits } from '#lib/aws/table/stream-limits.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { enrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { inAppStore } from '#lib/journey/messaging/channels/in-app-store.ts';
import { taskStore } from '#lib/journey/execution/human-task-store.ts';
import { waitStore } from '#lib/journey/execution/wait-store.ts';
import { createJourneySignalHandler } from '#lib/journey/execution/journey-signals.ts';
import { createMembershipIndex } from '#lib/segment/membership-index.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { relayChanges } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

export const handler = relayChanges({
  bus: eventBus(new EventBridgeClient(sdkClientDefaults), env.BUS_NAME),
  journeys: createJourneySignalHandler({
    profiles: profileStore(table),
    enrolments: enrolmentStore(table),
    waits: waitStore(table),
    tasks: taskStore(table),
    inApp: inAppStore(table),
    executions: stepFunctions(new SFNClient(sdkClientDefaults)),
  }),
  directory: createMembershipIndex(table),
  deadLetters: deadLetterQueue(new SQSClient({}), env.DEAD_LETTER_QUEUE_URL),
  limits: streamLimits,
  clock: systemClock,
});
