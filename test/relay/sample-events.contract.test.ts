import { readdirSync, readFileSync } from 'node:fs';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { readRecord } from '../../lib/aws/table/stream-record.ts';
import { type EventName, events, eventSource } from '../../lib/model/bus-events.ts';
import { parseTouchpointRecord } from '../../lib/projection/touchpoint-record.ts';
import { effectsOfChange } from '../../lib/relay/change-events.ts';
import { aWorld } from '../projection/projector-harness.ts';

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../events/${file}`, import.meta.url), 'utf8'));

/** A file that AWS would hand a function just so. */
const records = (file: string) => (read(file) as DynamoDBStreamEvent).Records;

const names = Object.keys(events) as EventName[];

test('every event of the catalog has a sample, and every sample is of the catalog', () => {
  const entries = readdirSync(new URL('../../events/bus/', import.meta.url), { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  expect(files.sort()).toEqual(names.map((name) => `${name}.json`).sort());
});

test.each(names)('the sample of %s is one', (name) => {
  const envelope = z.object({
    'detail-type': z.literal(name),
    source: z.literal(eventSource),
    detail: events[name].strict(),
  });
  expect(envelope.safeParse(read(`bus/${name}.json`)).error).toBeUndefined();
});

test('the sample of touchpoints on the stream can be read and folded into one customer', async () => {
  const sample = records('stream/touchpoints.json');
  expect(sample.map(parseTouchpointRecord).filter((arrival) => 'reason' in arrival)).toEqual([]);
  const world = await aWorld();
  expect(await world.fold(...sample)).toEqual([]);
  expect(await world.profiles.get({ workspace: 'local', customer: 'u:ada' })).toMatchObject({
    stage: { id: 'retention' },
    purchases: { n: 1, revenue: 59.9 },
    consent: { email: { value: true } },
    linked: [expect.stringMatching(/^a:/)],
  });
});

test('the sample of changes tells events and wakes a journey', () => {
  const tellings = records('stream/changes.json').map((record) => effectsOfChange(readRecord(record)));
  expect(tellings.flatMap((telling) => telling?.events ?? []).map(({ name }) => name)).toEqual([
    'StageExited',
    'StageEntered',
    'EnrolmentStarted',
    'DecisionMade',
  ]);
  expect(tellings[0]?.commands).toMatchObject([{ type: 'woken' }]);
});
