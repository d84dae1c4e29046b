import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readEnv } from '#lib/aws/env.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { endingRefused, refusedEventQueue } from '#lib/aws/refused-events.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { lessonStore } from '#lib/decision/beliefs/lesson-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { recordOutcome } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

export const handler = endingRefused(
  recordOutcome({ lessons: lessonStore(table), profiles: profileStore(table), clock: systemClock }),
  refusedEventQueue(new SQSClient({}), env.DEAD_LETTER_QUEUE_URL),
);
