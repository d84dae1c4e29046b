import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '#lib/aws/env.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { sendTimeStatsStore } from '#lib/decision/timing/send-time-stats-store.ts';
import { historyReader } from '#lib/decision/timing/contact-history-store.ts';
import { decisionLog } from '#lib/decision/policies/decision-log-store.ts';
import { placementStore } from '#lib/decision/placements/placement-store.ts';
import { policyStore } from '#lib/decision/policies/policy-store.ts';
import { statsReader } from '#lib/decision/beliefs/offer-stats-store.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { tunePolicies } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), readEnv(Env).TABLE_NAME);

export const handler = tunePolicies({
  workspaces: workspaceStore(table),
  // No cache: the job must read what is stored now.
  placements: placementStore(table, clock, 0),
  policies: policyStore(table, clock, 0),
  stats: statsReader(table, clock),
  log: decisionLog(table),
  habits: sendTimeStatsStore(table, clock),
  histories: historyReader({ table, profiles: profileStore(table) }),
  clock,
});
