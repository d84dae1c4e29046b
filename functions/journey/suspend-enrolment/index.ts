import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readEnv } from '#lib/aws/env.ts';
import { stepFunctions } from '#lib/aws/step-functions/executions.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { schedulerTimers } from '#lib/aws/timers.ts';
import { enrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { suspendEnrolment } from './handler.ts';

const env = readEnv(Env);

export const handler = suspendEnrolment({
  enrolments: enrolmentStore(dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME)),
  executions: stepFunctions(new SFNClient(sdkClientDefaults)),
  timers: schedulerTimers(new SchedulerClient({}), {
    group: env.TIMER_GROUP,
    targetArn: env.AWAKEN_ARN,
    roleArn: env.TIMER_ROLE_ARN,
    deadLetterArn: env.TIMER_DEAD_LETTERS_ARN,
  }),
  clock,
});
