import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readEnv } from '#lib/aws/env.ts';
import { composeStepGuard } from '#lib/journey/execution/compose-step-guard.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { webhookSecretStore } from '#lib/ingestion/workspace/webhook-secret-store.ts';
import { callUrl } from '#lib/journey/messaging/guarded-http-call.ts';
import { openPorts } from '#lib/journey/definition/webhook-ports.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { callStepWebhook } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);
const secrets = webhookSecretStore(table, clock);

export const handler = callStepWebhook({
  profiles: profileStore(table),
  gate: composeStepGuard(table, new SFNClient(sdkClientDefaults)),
  call: callUrl({ local: env.AWS_ENDPOINT_URL_DYNAMODB !== undefined, ports: openPorts(workspaceStore(table)) }),
  secrets: secrets.keys,
  clock,
  report: (outcome, facts) => writeLine(metricLine('webhook', { [outcome]: 1 }, { now: Date.now(), ...facts })),
});
