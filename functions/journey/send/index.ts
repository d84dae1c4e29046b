import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { emailClient, sesEmail } from '../../../lib/aws/email.ts';
import { readEnv } from '../../../lib/aws/env.ts';
import { journeyGate } from '../../../lib/aws/journey-gate.ts';
import { metricLine, writeLine } from '../../../lib/aws/metrics.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { workspaceStore } from '../../../lib/ingestion/store.ts';
import { outbox } from '../../../lib/journey/deliver.ts';
import { sendStore } from '../../../lib/journey/send-store.ts';
import { webhook } from '../../../lib/journey/webhook.ts';
import { profileStore } from '../../../lib/profile/store.ts';
import { systemClock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { send } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient({}), env.TABLE_NAME);

export const handler = send({
  profiles: profileStore(table),
  workspaces: workspaceStore(table),
  sends: sendStore(table),
  deliver: {
    email: env.EMAIL_FROM === undefined ? outbox : sesEmail(emailClient(), env.EMAIL_FROM),
    webhook: webhook({ local: env.AWS_ENDPOINT_URL_DYNAMODB !== undefined }),
  },
  gate: journeyGate(table, new SFNClient({})),
  clock: systemClock,
  report: (status, call) => writeLine(metricLine('send', { [status]: 1 }, { now: Date.now(), ...call })),
});
