import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { eventBus } from '#lib/aws/bus.ts';
import { readEnv } from '#lib/aws/env.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { endingRefused, refusedEventQueue } from '#lib/aws/refused-events.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { fanOutStore } from '#lib/journey/scheduling/fan-out-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { createMembershipIndex } from '#lib/segment/membership-index.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { releaseInForce, zoneData } from '#lib/shared/calendar/zone-data.ts';
import { Env } from './env.ts';
import { startScheduledEntries } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

export const handler = endingRefused(
  startScheduledEntries({
    workspaces: workspaceStore(table),
    directory: createMembershipIndex(table),
    profiles: profileStore(table),
    journeys: journeyStore(table, { clock }),
    fanOuts: fanOutStore(table),
    bus: eventBus(new EventBridgeClient(sdkClientDefaults), env.BUS_NAME),
    clock,
    zoneData,
    zones: releaseInForce(zoneData),
    report: (counts) => writeLine(metricLine('launch', counts, { now: Date.now() })),
  }),
  refusedEventQueue(new SQSClient({}), env.DEAD_LETTER_QUEUE_URL),
  () => true,
);
