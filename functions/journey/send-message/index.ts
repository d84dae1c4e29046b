import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readEnv } from '#lib/aws/env.ts';
import { composeStepGuard } from '#lib/journey/execution/compose-step-guard.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { sendStore } from '#lib/journey/messaging/send-ledger-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { composeChannels } from './channels.ts';
import { Env } from './env.ts';
import { sendStepMessage } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);
const workspaces = workspaceStore(table);

export const handler = sendStepMessage({
  profiles: profileStore(table),
  workspaces,
  sends: sendStore(table),
  deliver: composeChannels({ table, workspaces }, env),
  gate: composeStepGuard(table, new SFNClient(sdkClientDefaults)),
  clock,
  report: (status, call) => writeLine(metricLine('send', { [status]: 1 }, { now: Date.now(), ...call })),
});
