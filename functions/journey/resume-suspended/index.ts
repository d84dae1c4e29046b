import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readEnv } from '#lib/aws/env.ts';
import { stepFunctions } from '#lib/aws/step-functions/executions.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { endingRefused, refusedEventQueue } from '#lib/aws/refused-events.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { enrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { resumeSuspended } from './handler.ts';

const env = readEnv(Env);

export const handler = endingRefused(
  resumeSuspended({
    enrolments: enrolmentStore(dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME)),
    executions: stepFunctions(new SFNClient(sdkClientDefaults)),
    clock,
    pause,
    report: (outcome, facts) => writeLine(metricLine('awaken', { [outcome]: 1 }, { now: Date.now(), ...facts })),
  }),
  refusedEventQueue(new SQSClient({}), env.DEAD_LETTER_QUEUE_URL),
  () => true,
);
