import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '#lib/aws/env.ts';
import { api } from '#lib/aws/http/api-function.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { createDecider } from '#lib/decision/choice/decide-offer.ts';
import { sendTimeStatsStore } from '#lib/decision/timing/send-time-stats-store.ts';
import { placementStore } from '#lib/decision/placements/placement-store.ts';
import { policyStore } from '#lib/decision/policies/policy-store.ts';
import { statsReader } from '#lib/decision/beliefs/offer-stats-store.ts';
import { decisionStore } from '#lib/decision/choice/decision-store.ts';
import { linearReader } from '#lib/decision/beliefs/offer-sums-store.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { handleDecideRoutes } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), readEnv(Env).TABLE_NAME);
const [profiles, placements, workspaces] = [profileStore(table), placementStore(table, clock), workspaceStore(table)];
const decide = createDecider({
  profiles,
  placements,
  decisions: decisionStore(table),
  stats: statsReader(table, clock),
  policies: policyStore(table, clock),
  linear: linearReader(table, clock),
});

const habits = sendTimeStatsStore(table, clock);

export const handler = api(workspaces, handleDecideRoutes({ decide, profiles, habits, workspaces, placements, clock }));
