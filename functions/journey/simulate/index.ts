import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { api } from '../../../lib/aws/http.ts';
import { lean } from '../../../lib/aws/lean.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { placementStore } from '../../../lib/decision/placement-store.ts';
import { workspaceStore } from '../../../lib/ingestion/store.ts';
import { journeyStore } from '../../../lib/journey/journey-store.ts';
import { publishStore } from '../../../lib/journey/publish-store.ts';
import { readyJourneys } from '../../../lib/journey/ready.ts';
import { readRecorded } from '../../../lib/journey/simulate/recorded-store.ts';
import { directory } from '../../../lib/profile/directory.ts';
import { profileStore } from '../../../lib/profile/store.ts';
import { quotaStore } from '../../../lib/quota/quota-store.ts';
import { customersOf } from '../../../lib/report/customer-reader.ts';
import { systemClock as clock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { simulateRoutes } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);
const workspaces = workspaceStore(table);
const profiles = profileStore(table);

export const handler = api(
  workspaces,
  simulateRoutes({
    workspaces,
    journeys: journeyStore(table, { clock }),
    drafts: publishStore(table),
    ready: readyJourneys,
    placements: placementStore(table, clock),
    recorded: (workspace, period) =>
      readRecorded({ table, profiles }, customersOf({ table, directory: directory(table) }, { workspace }), period),
    quotas: quotaStore(table, clock),
    clock,
    elapsed: () => performance.now(),
  }),
);
