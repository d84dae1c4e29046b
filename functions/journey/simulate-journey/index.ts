import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { api } from '../../../lib/aws/http/api-function.ts';
import { lean } from '../../../lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '../../../lib/aws/table/dynamo-table.ts';
import { placementStore } from '../../../lib/decision/placements/placement-store.ts';
import { workspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { journeyStore } from '../../../lib/journey/publishing/journey-store.ts';
import { publishStore } from '../../../lib/journey/publishing/version-store.ts';
import { readyJourneys } from '../../../lib/journey/publishing/journey-templates.ts';
import { readRecorded } from '../../../lib/journey/simulation/customers/recorded-store.ts';
import { directory } from '../../../lib/segment/membership-index.ts';
import { profileStore } from '../../../lib/profile/profile-store.ts';
import { quotaStore } from '../../../lib/quota/quota-store.ts';
import { customersOf } from '../../../lib/report/customer-reader.ts';
import { systemClock as clock } from '../../../lib/shared/time.ts';
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
