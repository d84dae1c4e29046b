import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { lean } from '../../../lib/aws/lean.ts';
import { metricLine, writeLine } from '../../../lib/aws/metrics.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { enrolmentStore } from '../../../lib/journey/enrolment-store.ts';
import { taskStore } from '../../../lib/journey/task-store.ts';
import { profileStore } from '../../../lib/profile/store.ts';
import { systemClock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { conclude } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);

export const handler = conclude({
  profiles: profileStore(table),
  enrolments: enrolmentStore(table),
  tasks: taskStore(table),
  clock: systemClock,
  report: (outcome, { name: execution }) =>
    writeLine(metricLine('conclude', { [outcome]: 1 }, { now: Date.now(), execution })),
});
