import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { lean } from '../../../lib/aws/lean.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { habitsStore } from '../../../lib/decision/habits-store.ts';
import { historyReader } from '../../../lib/decision/history-store.ts';
import { decisionLog } from '../../../lib/decision/log-store.ts';
import { placementStore } from '../../../lib/decision/placement-store.ts';
import { policyStore } from '../../../lib/decision/policy-store.ts';
import { statsReader } from '../../../lib/decision/stats-store.ts';
import { workspaceStore } from '../../../lib/ingestion/store.ts';
import { profileStore } from '../../../lib/profile/store.ts';
import { systemClock as clock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { tune } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);

export const handler = tune({
  workspaces: workspaceStore(table),
  // A job looks at what is stored, not at what was a minute ago.
  placements: placementStore(table, clock, 0),
  policies: policyStore(table, clock, 0),
  stats: statsReader(table, clock),
  log: decisionLog(table),
  habits: habitsStore(table, clock),
  histories: historyReader({ table, profiles: profileStore(table) }),
  clock,
});
