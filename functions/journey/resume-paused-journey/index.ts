import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { eventBus } from '#lib/aws/bus.ts';
import { readEnv } from '#lib/aws/env.ts';
import { stepFunctions } from '#lib/aws/step-functions/executions.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { endingRefused, refusedEventQueue } from '#lib/aws/refused-events.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { enrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { pausedStepStore } from '#lib/journey/execution/paused-step-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { taskStore } from '#lib/journey/execution/human-task-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { resumePausedJourney } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

export const handler = endingRefused(
  resumePausedJourney({
    journeys: journeyStore(table, { clock: systemClock }),
    held: pausedStepStore(table),
    profiles: profileStore(table),
    enrolments: enrolmentStore(table),
    tasks: taskStore(table),
    executions: stepFunctions(new SFNClient(sdkClientDefaults)),
    bus: eventBus(new EventBridgeClient(sdkClientDefaults), env.BUS_NAME),
    clock: systemClock,
    perSecond: env.PER_SECOND,
    sleep: (ms) => sleep(ms),
  }),
  refusedEventQueue(new SQSClient({}), env.DEAD_LETTER_QUEUE_URL),
);
