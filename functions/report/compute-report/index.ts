import { getHeapStatistics } from 'node:v8';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '#lib/aws/env.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { mapStore } from '#lib/map/map-store.ts';
import { createMembershipIndex } from '#lib/segment/membership-index.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { quotaStore } from '#lib/quota/quota-store.ts';
import { reportStore } from '#lib/report/report-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { computeReport } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), readEnv(Env).TABLE_NAME);

/** Share of the heap limit that stops reading. The rest is for computing the answer. */
const fullAt = 0.7;

function hasMemory(): boolean {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used < fullAt * limit;
}

export const handler = computeReport({
  table,
  profiles: profileStore(table),
  directory: createMembershipIndex(table),
  workspaces: workspaceStore(table),
  maps: mapStore(table),
  reports: reportStore(table),
  quotas: quotaStore(table, clock),
  clock,
  hasMemory,
  report: (counts) => writeLine(metricLine('compute', counts, { now: Date.parse(clock.now()) })),
});
