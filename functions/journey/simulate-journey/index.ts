import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '#lib/aws/env.ts';
import { api } from '#lib/aws/http/api-function.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { placementStore } from '#lib/decision/placements/placement-store.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { publishStore } from '#lib/journey/publishing/version-store.ts';
import { journeyTemplates } from '#lib/journey/publishing/journey-templates.ts';
import { readRecorded } from '#lib/journey/simulation/customers/recorded-store.ts';
import { createMembershipIndex } from '#lib/segment/membership-index.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { quotaStore } from '#lib/quota/quota-store.ts';
import { readCustomersOf } from '#lib/report/customer-reader.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { handleSimulateRoutes } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), readEnv(Env).TABLE_NAME);
const workspaces = workspaceStore(table);
const profiles = profileStore(table);

export const handler = api(
  workspaces,
  handleSimulateRoutes({
    workspaces,
    journeys: journeyStore(table, { clock }),
    drafts: publishStore(table),
    ready: journeyTemplates,
    placements: placementStore(table, clock),
    recorded: (workspace, period) =>
      readRecorded(
        { table, profiles },
        readCustomersOf({ table, directory: createMembershipIndex(table) }, { workspace }),
        period,
      ),
    quotas: quotaStore(table, clock),
    clock,
    elapsed: () => performance.now(),
  }),
);
