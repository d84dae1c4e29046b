import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readEnv } from '#lib/aws/env.ts';
import { stepFunctions } from '#lib/aws/step-functions/executions.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { endingRefused, refusedEventQueue } from '#lib/aws/refused-events.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { enrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { touchpointsSince } from '#lib/profile/touchpoint-reader-store.ts';
import { rejectionStore } from '#lib/journey/enrolment/rejection-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { enrolCustomers } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

export const handler = endingRefused(
  enrolCustomers({
    table,
    workspaces: workspaceStore(table),
    journeys: journeyStore(table, { clock, arns: env.JOURNEYS }),
    profiles: profileStore(table),
    enrolments: enrolmentStore(table),
    refusals: rejectionStore(table),
    executions: stepFunctions(new SFNClient(sdkClientDefaults)),
    touchpointsSince: (profile, since) => touchpointsSince(table, profile, since),
    clock,
    report: (outcome, entry) => writeLine(metricLine('enrol', { [outcome]: 1 }, { now: Date.now(), ...entry })),
  }),
  refusedEventQueue(new SQSClient({}), env.DEAD_LETTER_QUEUE_URL),
);
