import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readEnv } from '#lib/aws/env.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { endingRefused, refusedEventQueue } from '#lib/aws/refused-events.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { enrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { taskStore } from '#lib/journey/execution/human-task-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { concludeExecution } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

export const handler = endingRefused(
  concludeExecution({
    profiles: profileStore(table),
    enrolments: enrolmentStore(table),
    tasks: taskStore(table),
    clock: systemClock,
    report: (outcome, { name: execution }) =>
      writeLine(metricLine('conclude', { [outcome]: 1 }, { now: Date.now(), execution })),
  }),
  refusedEventQueue(new SQSClient({}), env.DEAD_LETTER_QUEUE_URL),
);
