import { setTimeout as sleep } from 'node:timers/promises';
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
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { segmentFreshMs, segmentStore } from '#lib/segment/segment-store.ts';
import { msBetween, type Instant, systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { backfillSegments } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);

/**
 * Waits until caches of segments have expired in all writers of profiles. Skipped on a local
 * engine, whose clock may stand still.
 */
async function known(changedAt: Instant): Promise<void> {
  const left = segmentFreshMs + 1_000 - msBetween(changedAt, clock.now());
  if (env.AWS_ENDPOINT_URL_DYNAMODB === undefined && left > 0) await sleep(Math.min(left, segmentFreshMs + 1_000));
}

export const handler = endingRefused(
  backfillSegments({
    table,
    workspaces: workspaceStore(table),
    profiles: profileStore(table),
    segments: segmentStore(table, clock),
    journeys: journeyStore(table, { clock }),
    bus: eventBus(new EventBridgeClient(sdkClientDefaults), env.BUS_NAME),
    clock,
    known,
    report: (counts) => writeLine(metricLine('refresh', counts, { now: Date.now() })),
  }),
  refusedEventQueue(new SQSClient({}), env.DEAD_LETTER_QUEUE_URL),
);
