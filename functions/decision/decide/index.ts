import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { api } from '../../../lib/aws/http.ts';
import { lean } from '../../../lib/aws/lean.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { decider } from '../../../lib/decision/decide.ts';
import { habitsStore } from '../../../lib/decision/habits-store.ts';
import { placementStore } from '../../../lib/decision/placement-store.ts';
import { policyStore } from '../../../lib/decision/policy-store.ts';
import { statsReader } from '../../../lib/decision/stats-store.ts';
import { decisionStore } from '../../../lib/decision/store.ts';
import { linearReader } from '../../../lib/decision/sums-store.ts';
import { workspaceStore } from '../../../lib/ingestion/store.ts';
import { profileStore } from '../../../lib/profile/store.ts';
import { systemClock as clock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { decideRoutes } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);
const [profiles, placements, workspaces] = [profileStore(table), placementStore(table, clock), workspaceStore(table)];
const decide = decider({
  profiles,
  placements,
  decisions: decisionStore(table),
  stats: statsReader(table, clock),
  policies: policyStore(table, clock),
  linear: linearReader(table, clock),
});

const habits = habitsStore(table, clock);

export const handler = api(workspaces, decideRoutes({ decide, profiles, habits, workspaces, placements, clock }));
