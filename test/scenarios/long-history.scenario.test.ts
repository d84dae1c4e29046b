import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Meter, startMeter, type Usage } from '../../bench/meter.ts';
import { mapConcurrent } from '../../lib/shared/concurrency.ts';
import { type Item } from '../../lib/aws/table/dynamo-table.ts';
import { touchpointItem } from '../../lib/ingestion/message/touchpoint-store.ts';
import { type Touchpoint } from '../../lib/model/touchpoint.ts';
import { addMs } from '../../lib/shared/time.ts';
import { localClient } from '../support/engines.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 400_000 });

const long = 100_000;
const short = 10;

let world: World;
let meter: Meter;

/** One a minute until the same hour, of two names: no profile comes near the kilobyte at which a write costs a second unit. */
function aTouchpoint(userId: string, i: number, length: number): Touchpoint {
  const at = addMs('2026-03-01T09:00:00.000Z', (i - length) * 60_000);
  const name = `Event ${i % 2}`;
  return { messageId: `${userId}-${i}`, at, type: 'track', name, channel: 'web', userId, properties: {}, context: {} };
}

/** Rows past every function: what is measured is what comes after. */
async function seed(rows: Item[]): Promise<void> {
  const { endpoint, tableName } = world.local.engine;
  const client = localClient(endpoint);
  const batches = Array.from({ length: Math.ceil(rows.length / 25) }, (_, i) => rows.slice(i * 25, (i + 1) * 25));
  await mapConcurrent(batches, 8, async (batch) => {
    const puts = batch.map((item) => ({ PutRequest: { Item: marshall(item) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: puts } }));
  });
  client.destroy();
}

beforeAll(async () => {
  world = await startWorld({
    environments: 1, // each has caches of its own
    dynamodb: async (endpoint) => {
      meter = await startMeter(endpoint);
      return meter.endpoint;
    },
  });
  const history = (userId: string, length: number): Item[] =>
    Array.from({ length }, (_, i) => touchpointItem('local', aTouchpoint(userId, i, length)));
  await seed([...history('warm', short), ...history('brief', short), ...history('lengthy', long)]);
  await world.local.settled();
  await measured(() => signsUp('warm'));
  await measured(() => timelineOf('warm'));
});
afterAll(async () => {
  await world.stop();
  await meter.stop();
});

/** What the table was asked for in the meantime. */
async function measured(act: () => Promise<unknown>): Promise<Usage> {
  meter.reset();
  await act();
  await world.local.settled();
  return meter.usage();
}

const views = (userId: string) => world.send({ userId, event: 'Event 1' });
const signsUp = (userId: string) => world.send({ userId, event: 'Signed Up' });
const timelineOf = (userId: string) => world.get(`/v1/customers/${userId}/timeline?limit=5`);

test('both customers have all of their history', async () => {
  const count = async (userId: string): Promise<number> => {
    const { touchpoints } = (await world.profile(userId)) as { touchpoints: Record<string, { n: number }> };
    return Object.values(touchpoints).reduce((sum, { n }) => sum + n, 0);
  };
  expect([await count('brief'), await count('lengthy')]).toEqual([short, long]);
});

test('one more touchpoint costs the same after 100,000 as after ten: two writes, two reads', async () => {
  const brief = await measured(() => views('brief'));
  expect(await measured(() => views('lengthy'))).toEqual(brief);
  expect(brief).toMatchObject({ writeUnits: 2, byOperation: { BatchWriteItem: 1, PutItem: 1 } });
});

test('so does a sign-up with its stage, its journey and its message, but for what functions read anew that met each other', async () => {
  const brief = await measured(() => signsUp('brief'));
  const lengthy = await measured(() => signsUp('lengthy'));
  // A history ten thousand times as long: what met each other may double a small figure, no more.
  expect(lengthy.readUnits).toBeLessThan(2.5 * brief.readUnits);
  expect(lengthy.writeUnits).toBeLessThan(2.5 * brief.writeUnits);
});

test('so do the first page of the timeline, and the customer', async () => {
  const brief = await measured(() => timelineOf('brief'));
  expect(await measured(() => timelineOf('lengthy'))).toEqual(brief);
  const customer = await measured(() => world.profile('brief'));
  expect(await measured(() => world.profile('lengthy'))).toEqual(customer);
});
